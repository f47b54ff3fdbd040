// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_view.h"

#include <chrono>
#include <thread>

namespace toeplab::core
{

namespace
{

constexpr int kAttempts = 50;
constexpr auto kPause = std::chrono::milliseconds(10);

Result<SnapshotContent> loadContent(const std::string& path, SnapshotFile::Identity& identity)
{
    const auto file = SnapshotFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    identity = file->identity();
    return readingRun(path, [&] { return readContent(file->id()); });
}

bool fits(const Journal& journal, const SnapshotContent& content)
{
    return recordsWithin(journal, content.id, content.generation) && journal.start->generation <= content.generation;
}

} // namespace

Result<Journal> loadJournal(const std::string& journal_path)
{
    if (!identityOf(journal_path))
        return Journal{};
    const auto bytes = readFile(journal_path);
    if (bytes)
        return decodeJournal(*bytes);
    if (!identityOf(journal_path)) // its run ended between the two calls
        return Journal{};
    return tl::unexpected(bytes.error());
}

Result<RunView> viewRun(const std::string& path, Onlooker onlooker)
{
    const std::string journal_path = journalPath(path);
    for (int attempt = 1;; ++attempt) {
        RunView view;
        view.alive = onlooker == Onlooker::Reader && writerAlive(journal_path);
        SnapshotFile::Identity identity;
        auto content = loadContent(path, identity);
        if (!content)
            return tl::unexpected(content.error());
        auto journal = loadJournal(journal_path);
        if (!journal)
            return tl::unexpected(journal.error());
        view.content = std::move(*content);
        view.journal = std::move(*journal);
        const bool between = view.alive && !fits(view.journal, view.content);
        if ((identityOf(path) == identity && !between) || attempt == kAttempts)
            return view;
        std::this_thread::sleep_for(kPause);
    }
}

} // namespace toeplab::core
