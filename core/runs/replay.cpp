// SPDX-License-Identifier: Apache-2.0
#include "core/runs/replay.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace toeplab::core
{

namespace
{

void insertStep(std::vector<std::int64_t>& steps, std::int64_t step)
{
    const auto place = std::lower_bound(steps.begin(), steps.end(), step);
    if (place == steps.end() || *place != step)
        steps.insert(place, step);
}

void addLadder(std::vector<LadderSnapshot>& ladder, const LadderSnapshot& snapshot)
{
    const auto place = std::lower_bound(ladder.begin(), ladder.end(), snapshot.step,
                                        [](const LadderSnapshot& a, std::int64_t step) { return a.step < step; });
    if (place != ladder.end() && place->step == snapshot.step)
        *place = snapshot;
    else
        ladder.insert(place, snapshot);
}

struct Applier {
    RunData& data;
    void operator()(const MetricsRow& row) const { data.training.push_back(row); }
    void operator()(const ValidationRow& row) const { data.validation.push_back(row); }
    void operator()(const RunEvent& event) const { data.events.push_back(event); }
    void operator()(const StoredKernel& kernel) const
    {
        insertStep(data.kernel_steps[kernel.layer_index], kernel.step);
    }
    void operator()(const LadderSnapshot& snapshot) const { addLadder(data.ladder, snapshot); }
    void operator()(RunState state) const { data.state = state; }
};

std::string number(std::size_t value)
{
    return plainNumber(static_cast<double>(value));
}

} // namespace

void applyTo(RunData& data, const RunRecord& record)
{
    std::visit(Applier{data}, record);
}

std::string replay(const Journal& journal, const std::string& id, std::int64_t generation, bool alive, RunData& data)
{
    if (journal.total_bytes == 0)
        return {};
    if (!journal.start && journal.torn && !alive)
        return "The journal ends inside its first record, so the run ends with its last snapshot.";
    if (!journal.start)
        return alive
                   ? std::string()
                   : fmt::format("The journal is damaged from its start: of its {} bytes nothing could be used, so the "
                                 "run ends with its last snapshot.",
                                 number(journal.total_bytes));
    if (journal.start->id != id)
        return "The journal beside the run file belongs to another run and was left aside.";
    const auto within = recordsWithin(journal, id, generation);
    if (!within)
        return {}; // the writer was stopped between putting the snapshot in place and restarting the journal
    const bool gap = journal.start->generation > generation;
    for (std::size_t i = *within; i < journal.records.size(); ++i)
        applyTo(data, journal.records[i]);
    if (gap)
        return "The journal continues a newer snapshot than this run file: the rows in between are missing.";
    if (alive || journal.good_bytes == journal.total_bytes)
        return {};
    const std::int64_t step = data.training.empty() ? 0 : data.training.back().step;
    return fmt::format("The journal ends early at byte {} of {}. Everything up to step {} was recovered.",
                       number(journal.good_bytes), number(journal.total_bytes), plainNumber(static_cast<double>(step)));
}

std::optional<KernelSnapshot> journalKernel(const Journal& journal, std::size_t layer_index, std::int64_t step)
{
    if (!journal.start || layer_index >= journal.start->header.layers.size())
        return std::nullopt;
    const LayerInfo& info = journal.start->header.layers[layer_index];
    for (auto record = journal.records.rbegin(); record != journal.records.rend(); ++record) {
        const auto* kernel = std::get_if<StoredKernel>(&*record);
        if (kernel != nullptr && kernel->layer_index == layer_index && kernel->step == step)
            return decodeKernel(*kernel, static_cast<std::size_t>(info.channels * (2 * info.length - 1)));
    }
    return std::nullopt;
}

} // namespace toeplab::core
