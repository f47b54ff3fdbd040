// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_loader.h"

#include "core/analysis/channel_statistics.h"
#include "core/runs/run_reader.h"
#include "widgets/figures/figure_kinds.h"

#include <algorithm>
#include <filesystem>

namespace toeplab::widgets
{
namespace
{

constexpr std::size_t kSparklinePoints = 256;

std::string text(const std::vector<std::int64_t>& steps)
{
    std::string list;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps.size() > 8 && i == 4) {
            list += ", ...";
            i = steps.size() - 3;
        }
        list += (list.empty() ? "" : ", ") + std::to_string(steps[i]);
    }
    return list;
}

std::string layersText(const core::RunData& run)
{
    std::string list;
    for (const core::LayerInfo& info : run.header.layers) {
        list += (list.empty() ? "" : ", ") + std::to_string(info.layer);
        if (info.axis != "sequence")
            list += " (" + info.axis + ")";
    }
    return list;
}

/// Where the spec's layer and axis stand in the run.
core::Result<std::size_t> layerIndex(const core::RunData& run, const FigureSpec& spec)
{
    for (std::size_t i = 0; i < run.header.layers.size(); ++i) {
        const core::LayerInfo& info = run.header.layers[i];
        if (info.layer != spec.layer || (!spec.axis.empty() && info.axis != spec.axis))
            continue;
        if (spec.channel >= info.channels)
            return core::fail("Layer {} of {} has channels 0 to {}, not {}.", spec.layer, run.path, info.channels - 1,
                              spec.channel);
        return i;
    }
    if (run.header.layers.empty())
        return core::fail("{} holds no Toeplitz layers.", run.path);
    return core::fail("{} has no layer {}{}. It has {}.", run.path, spec.layer,
                      spec.axis.empty() ? std::string() : " with axis " + spec.axis, layersText(run));
}

const std::vector<std::int64_t>& stepsOf(const core::RunData& run, std::size_t layer)
{
    static const std::vector<std::int64_t> none;
    return layer < run.kernel_steps.size() ? run.kernel_steps[layer] : none;
}

core::Result<std::shared_ptr<const core::KernelFrame>> frameAt(const core::RunData& run, std::size_t layer,
                                                               std::int64_t step)
{
    const std::vector<std::int64_t>& steps = stepsOf(run, layer);
    if (steps.empty())
        return core::fail("{} has no kernel snapshot yet. The first is stored at the first checkpoint or sooner.",
                          run.path);
    const std::int64_t wanted = step < 0 ? steps.back() : step;
    if (std::find(steps.begin(), steps.end(), wanted) == steps.end())
        return core::fail("{} has no kernel snapshot of step {}. It has steps {}.", run.path, wanted, text(steps));
    auto snapshot = core::readKernel(run.path, layer, wanted);
    if (!snapshot)
        return tl::make_unexpected(snapshot.error());
    auto frame = std::make_shared<core::KernelFrame>();
    frame->layer_index = layer;
    frame->info = run.header.layers[layer];
    frame->step = wanted;
    frame->values = std::move(snapshot->values);
    return frame;
}

core::Result<std::shared_ptr<const core::LadderFrame>> ladderAt(const core::RunData& run, std::int64_t step)
{
    const core::LadderSnapshot* chosen = run.ladder.empty() ? nullptr : &run.ladder.back();
    for (const core::LadderSnapshot& snapshot : run.ladder) {
        if (step >= 0 && snapshot.step == step)
            chosen = &snapshot;
    }
    if (!chosen)
        return core::fail("{} has no ladder yet: it is stored with the first kernel snapshot.", run.path);
    if (step >= 0 && chosen->step != step)
        return core::fail("{} has no ladder of step {}. Its last is of step {}.", run.path, step, chosen->step);
    auto ladder = std::make_shared<core::LadderFrame>();
    ladder->step = chosen->step;
    ladder->infos = run.header.layers;
    ladder->scores = chosen->layers;
    for (std::size_t layer = 0; layer < run.header.layers.size(); ++layer) {
        // kernels may be stored more rarely than scores: the newest up to the ladder's step
        const std::vector<std::int64_t>& steps = stepsOf(run, layer);
        const auto after = std::upper_bound(steps.begin(), steps.end(), chosen->step);
        if (after == steps.begin()) {
            ladder->sparklines.emplace_back();
            continue;
        }
        auto frame = frameAt(run, layer, *(after - 1));
        if (!frame)
            return tl::make_unexpected(frame.error());
        ladder->sparklines.push_back(
            core::thinned(core::medianKernel((*frame)->values, (*frame)->info.channels), kSparklinePoints));
    }
    return ladder;
}

core::Result<void> loadKernels(const core::RunData& run, const FigureSpec& spec, const FigureNeeds& needs,
                               FigureData& data)
{
    if (needs.all_layers) {
        for (std::size_t layer = 0; layer < run.header.layers.size(); ++layer) {
            auto frame = frameAt(run, layer, spec.snapshot);
            if (!frame)
                return tl::make_unexpected(frame.error());
            data.kernels.push_back(*frame);
        }
        return {};
    }
    const auto layer = layerIndex(run, spec);
    if (!layer)
        return tl::make_unexpected(layer.error());
    if (needs.kernel) {
        auto frame = frameAt(run, *layer, spec.snapshot);
        if (!frame)
            return tl::make_unexpected(frame.error());
        data.kernels.push_back(*frame);
    }
    if (needs.snapshots) {
        if (stepsOf(run, *layer).empty())
            return core::fail("{} has no kernel snapshot yet. The first is stored at the first checkpoint or sooner.",
                              run.path);
        for (const std::int64_t step : stepsOf(run, *layer)) {
            auto frame = frameAt(run, *layer, step);
            if (!frame)
                return tl::make_unexpected(frame.error());
            data.snapshots.push_back(*frame);
        }
    }
    return {};
}

/// Runs that differ by their seed alone are of one group.
std::string groupOf(const core::RunData& run)
{
    nlohmann::json experiment = run.header.experiment;
    if (!experiment.is_object())
        return {};
    if (auto train = experiment.find("train"); train != experiment.end() && train->is_object())
        train->erase("seed");
    return experiment.dump();
}

} // namespace

FigureRun figureRun(const core::RunData& run, int color)
{
    FigureRun figure;
    figure.id = run.path;
    figure.name = std::filesystem::path(run.path).stem().string();
    figure.color = color;
    figure.training = core::Series<core::MetricsRow>(run.training);
    figure.validation = core::Series<core::ValidationRow>(run.validation);
    figure.events = core::Series<core::RunEvent>(run.events);
    figure.ladder = core::Series<core::LadderSnapshot>(run.ladder);
    figure.layers = run.header.layers;
    return figure;
}

core::Result<FigureData> loadFigureData(const FigureSpec& spec)
{
    if (spec.runs.empty())
        return core::fail("This figure has no run. Name one with --run FILE.h5.");
    const FigureNeeds needs = needsOf(spec);
    FigureData data;
    std::vector<std::string> settings;
    for (std::size_t i = 0; i < spec.runs.size(); ++i) {
        if (!std::filesystem::exists(spec.runs[i]))
            return core::fail("There is no run file {}. `toeplab runs list` shows those in your runs folder.",
                              spec.runs[i]);
        auto run = core::readRun(spec.runs[i]);
        if (!run)
            return tl::make_unexpected(run.error());
        data.runs.push_back(figureRun(*run, static_cast<int>(i)));
        settings.push_back(groupOf(*run));
        if (i > 0)
            continue;
        if (needs.kernel || needs.all_layers || needs.snapshots) {
            if (auto loaded = loadKernels(*run, spec, needs, data); !loaded)
                return tl::make_unexpected(loaded.error());
        }
        if (needs.ladder_frame) {
            auto ladder = ladderAt(*run, spec.snapshot);
            if (!ladder)
                return tl::make_unexpected(ladder.error());
            data.ladder = *ladder;
        }
    }
    // seeds of one setting are named after its first run
    for (std::size_t i = 0; i < data.runs.size(); ++i) {
        const auto first =
            static_cast<std::size_t>(std::find(settings.begin(), settings.end(), settings[i]) - settings.begin());
        if (!settings[i].empty() && std::count(settings.begin(), settings.end(), settings[i]) > 1)
            data.runs[i].group = data.runs[first].name;
    }
    return data;
}

} // namespace toeplab::widgets
