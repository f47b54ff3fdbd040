// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_reader.h"

#include "core/base/text.h"
#include "core/runs/checkpoint_io.h"
#include "core/runs/replay.h"
#include "core/runs/run_view.h"

namespace toeplab::core
{

namespace
{

/// Values of a kernel, or none when neither the snapshot nor the journal has that step.
Result<std::vector<float>> findKernel(const std::string& path, std::size_t layer_index, std::int64_t step)
{
    const auto file = SnapshotFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    const auto layers = readingRun(path, [&] { return readLayers(file->id()); });
    if (!layers)
        return tl::unexpected(layers.error());
    if (layer_index >= layers->size())
        return fail("The run file {} has {} layers, so there is no layer with index {}.", path, layers->size(),
                    layer_index);
    auto values = readingRun(path, [&] { return readKernelValues(file->id(), (*layers)[layer_index], step); });
    if (!values || !values->empty())
        return values;
    const auto journal = loadJournal(journalPath(path));
    if (!journal)
        return tl::unexpected(journal.error());
    const auto id = readingRun(path, [&] { return readRunId(file->id()); });
    if (!id || !journal->start || journal->start->id != *id)
        return std::vector<float>();
    auto kernel = journalKernel(*journal, layer_index, step);
    return kernel ? std::move(kernel->values) : std::vector<float>();
}

} // namespace

Result<RunData> readRun(const std::string& path)
{
    auto view = viewRun(path, Onlooker::Reader);
    if (!view)
        return tl::unexpected(view.error());
    RunData data = std::move(view->content.data);
    data.path = path;
    const bool ended = hasEnded(data.state);
    data.recovery = replay(view->journal, view->content.id, view->content.generation, view->alive, data);
    if (!view->alive && !ended)
        data.state = RunState::Crashed;
    return data;
}

Result<KernelSnapshot> readKernel(const std::string& path, std::size_t layer_index, std::int64_t step)
{
    // Twice, because the kernel may pass from the journal into the snapshot between the two looks.
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto values = findKernel(path, layer_index, step);
        if (!values)
            return tl::unexpected(values.error());
        if (!values->empty())
            return KernelSnapshot{layer_index, step, std::move(*values)};
    }
    return fail(
        "The run file {} has no kernel of layer {} at step {}: a run keeps a limited number of snapshots. Choose "
        "one of its stored steps.",
        path, layer_index + 1, plainNumber(static_cast<double>(step)));
}

Result<Checkpoint> readCheckpoint(const std::string& path, CheckpointKind kind)
{
    const auto file = SnapshotFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    const std::string name = kind == CheckpointKind::Last ? "last" : "best";
    const std::string group = "run/checkpoints/" + name;
    auto exists = readingRun(path, [&] { return h5::exists(file->id(), group); });
    if (!exists)
        return tl::unexpected(exists.error());
    if (!*exists)
        return fail("The run file {} has no checkpoint '{}' yet. One is written every train.checkpoint_every steps and "
                    "when the run is stopped.",
                    path, name);
    return readingRun(path, [&] { return readCheckpointGroup(file->id(), group); });
}

} // namespace toeplab::core
