// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"
#include "core/runs/checkpoint_io.h"
#include "core/runs/doctor.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_view.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <optional>

namespace toeplab::core
{

namespace
{

std::string number(std::uint64_t value)
{
    return plainNumber(static_cast<double>(value));
}

/// The sentence about the damage without the advice to come here.
std::string withoutAdvice(const Error& error)
{
    return error.message.substr(0, error.message.find(kDoctorAdvice));
}

void examineSeal(const std::string& path, const SnapshotFile::Identity& identity, RunCheckup& checkup)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.valid() && !readSeal(file, identity.bytes))
        checkup.findings.push_back({false,
                                    "The file has no seal: another program has rewritten it. It was read without "
                                    "being checked as a whole."});
    else
        checkup.findings.push_back(
            {false, fmt::format("The snapshot of {} bytes fits its checksum.", number(identity.bytes))});
}

/// Every kernel and both checkpoints; throws on what cannot be read.
std::string readBulk(const SnapshotFile& file, const RunData& data)
{
    std::size_t kernels = 0;
    for (std::size_t layer = 0; layer < data.header.layers.size(); ++layer)
        kernels += readTrack(file.id(), data.header.layers[layer], layer).size();
    std::string checkpoints;
    for (const char* which : {"last", "best"}) {
        const std::string group = fmt::format("run/checkpoints/{}", which);
        if (!h5::exists(file.id(), group))
            continue;
        const Checkpoint checkpoint = readCheckedCheckpoint(file.id(), group);
        checkpoints +=
            fmt::format(", checkpoint {} of step {}", which, number(static_cast<std::uint64_t>(checkpoint.step)));
    }
    const auto counted = [](std::uint64_t count, const char* what) {
        return fmt::format("{} {}{}", number(count), what, count == 1 ? "" : "s");
    };
    return fmt::format("All of it can be read: {}, {}, {}, {}{}.", counted(data.training.size(), "row"),
                       counted(data.validation.size(), "validation"), counted(data.events.size(), "event"),
                       counted(kernels, "kernel"), checkpoints);
}

/// `snapshot`: what the run file says of itself; null when it cannot be read.
void examineJournal(const std::string& path, bool alive, const RunStore* snapshot, RunCheckup& checkup)
{
    const std::string journal_path = journalPath(path);
    if (!identityOf(journal_path))
        return;
    const auto journal = loadJournal(journal_path);
    if (!journal) {
        checkup.findings.push_back({true, journal.error().message});
        return;
    }
    const std::string records = number(journal->records.size());
    const bool whole = alive || journal->good_bytes == journal->total_bytes;
    if (whole)
        checkup.findings.push_back({false, fmt::format("The journal {} is whole: {} records.", journal_path, records)});
    else if (journal->torn)
        checkup.findings.push_back({false, fmt::format("The journal {} ends inside a record, as it does when a run is "
                                                       "cut off while it writes: the {} records before are whole.",
                                                       journal_path, records)});
    else
        checkup.findings.push_back(
            {true, fmt::format("The journal {} is damaged: it is readable up to byte {} of {}, "
                               "which is {} records.",
                               journal_path, number(journal->good_bytes), number(journal->total_bytes), records)});
    if (snapshot != nullptr && journal->start && !alive && journal->start->id == snapshot->id &&
        journal->start->generation > snapshot->generation)
        checkup.findings.push_back({true, "The run file is older than the snapshot that its journal continues."});
}

} // namespace

RunCheckup examineRun(const std::string& path)
{
    RunCheckup checkup;
    checkup.path = path;
    const bool alive = writerAlive(journalPath(path));
    if (alive)
        checkup.findings.push_back({false, "The run is being written at this moment."});
    const auto identity = identityOf(path);
    std::optional<RunStore> snapshot;
    if (!identity) {
        checkup.findings.push_back({true, fmt::format("There is no file {}.", path)});
    } else if (const auto data = readRun(path); !data) {
        checkup.findings.push_back({true, withoutAdvice(data.error())});
    } else {
        checkup.readable = true;
        checkup.step = data->training.empty() ? 0 : data->training.back().step;
        examineSeal(path, *identity, checkup);
        const auto file = SnapshotFile::open(path);
        if (auto header = file ? readingRun(path, [&] { return readHeaderStore(file->id()); })
                               : Result<RunStore>(tl::unexpected(file.error())))
            snapshot = std::move(*header);
        const auto bulk = file ? readingRun(path, [&] { return readBulk(*file, *data); })
                               : Result<std::string>(tl::unexpected(file.error()));
        checkup.findings.push_back(bulk ? RunFinding{false, *bulk} : RunFinding{true, withoutAdvice(bulk.error())});
        if (!data->recovery.empty())
            checkup.findings.push_back({false, data->recovery});
    }
    examineJournal(path, alive, snapshot ? &*snapshot : nullptr, checkup);
    if (!alive && identityOf(path + ".tmp"))
        checkup.findings.push_back(
            {false, fmt::format("{}.tmp is a snapshot that was being written when the run was cut "
                                "off. It can be deleted once the run is readable.",
                                path)});
    checkup.sound = std::none_of(checkup.findings.begin(), checkup.findings.end(),
                                 [](const RunFinding& finding) { return finding.harm; });
    return checkup;
}

} // namespace toeplab::core
