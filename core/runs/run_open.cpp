// SPDX-License-Identifier: Apache-2.0
// How a run begins: RunFiles::create and RunFiles::resume.
#include "core/runs/checkpoint_io.h"
#include "core/runs/replay.h"
#include "core/runs/run_files.h"
#include "core/runs/run_view.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace toeplab::core
{

namespace
{

std::string freshId()
{
    std::random_device device;
    std::string id;
    for (int i = 0; i < 4; ++i)
        id += fmt::format("{:08x}", device());
    return id;
}

double unixNow()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What a resumed run starts from: nothing of a step behind the checkpoint.
RunStore storeUpTo(std::int64_t step, RunView view, const SnapshotFile& file)
{
    RunData& data = view.content.data;
    RunStore store(std::move(data.header));
    store.id = view.content.id;
    store.started_unix = view.content.started_unix;
    store.generation = view.content.generation;
    const auto keep = [&](const auto& values) {
        for (const auto& value : values) {
            if (value.step <= step)
                store.apply(value);
        }
    };
    keep(data.training);
    keep(data.validation);
    keep(data.events);
    keep(data.ladder);
    for (std::size_t layer = 0; layer < store.header.layers.size(); ++layer)
        keep(readTrack(file.id(), store.header.layers[layer], layer));
    for (const RunRecord& record : view.journal.records) {
        if (const auto* kernel = std::get_if<StoredKernel>(&record); kernel != nullptr && kernel->step <= step)
            store.kernels.add(*kernel);
    }
    const auto load = [&](const std::string& path) {
        auto stored = std::make_shared<StoredCheckpoint>();
        stored->checkpoint = readCheckpointGroup(file.id(), path);
        stored->kernels = readCheckpointKernels(file.id(), path, store.header);
        return stored;
    };
    store.last = load("run/checkpoints/last");
    if (data.best_checkpoint_step == step)
        store.best = store.last;
    else if (data.best_checkpoint_step >= 0)
        store.best = load("run/checkpoints/best");
    store.state = RunState::Alive;
    return store;
}

Result<RunStore> loadStore(const std::string& path)
{
    auto view = viewRun(path, Onlooker::Owner);
    if (!view)
        return tl::unexpected(view.error());
    const auto file = SnapshotFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    RunData& data = view->content.data;
    const std::int64_t step = data.last_checkpoint_step;
    if (step < 0)
        return fail("The run {} has no checkpoint to go on from. Start a new run.", path);
    std::int64_t generation = view->content.generation;
    const auto within = recordsWithin(view->journal, view->content.id, generation);
    if (!within || view->journal.start->generation > generation)
        view->journal = Journal{};
    else
        view->journal.records.erase(view->journal.records.begin(),
                                    view->journal.records.begin() + static_cast<std::ptrdiff_t>(*within));
    for (const RunRecord& record : view->journal.records)
        applyTo(data, record);
    for (const SnapshotMark& mark : view->journal.marks)
        generation = std::max(generation, mark.generation); // the next snapshot is none that was begun before
    return readingRun(path, [&] {
        RunStore store = storeUpTo(step, std::move(*view), *file);
        store.generation = generation;
        return store;
    });
}

} // namespace

Result<std::unique_ptr<RunFiles>> RunFiles::create(const std::string& path, RunHeader header)
{
    if (auto checked = checkLayers(header); !checked)
        return tl::unexpected(checked.error());
    if (identityOf(path))
        return fail("The run file {} exists already. Choose another name, or go on with it by resuming it.", path);
    auto journal = JournalFile::open(journalPath(path), Existing::Refuse);
    if (!journal)
        return tl::unexpected(journal.error());
    RunStore store(std::move(header));
    store.id = freshId();
    store.started_unix = unixNow();
    if (auto written = writeSnapshot(store, path, Existing::Refuse); !written) {
        journal->remove();
        return tl::unexpected(written.error());
    }
    std::unique_ptr<RunFiles> files(new RunFiles(path, std::move(*journal), std::move(store)));
    if (auto restarted = files->journal_.restart(files->start()); !restarted)
        return tl::unexpected(restarted.error());
    return files;
}

Result<std::unique_ptr<RunFiles>> RunFiles::resume(const std::string& path)
{
    // Before the journal is touched: a file that is no run gets no journal beside it.
    if (auto whole = SnapshotFile::open(path); !whole)
        return tl::unexpected(whole.error());
    const bool had_journal = identityOf(journalPath(path)).has_value();
    auto journal = JournalFile::open(journalPath(path), Existing::Replace);
    if (!journal)
        return tl::unexpected(journal.error());
    auto store = loadStore(path);
    if (!store) {
        if (!had_journal)
            journal->remove();
        return tl::unexpected(store.error());
    }
    std::unique_ptr<RunFiles> files(new RunFiles(path, std::move(*journal), std::move(*store)));
    if (auto folded = files->fold(); !folded)
        return tl::unexpected(folded.error());
    return files;
}

} // namespace toeplab::core
