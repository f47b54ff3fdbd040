// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/figures/synthetic.h"

#include <cmath>
#include <random>

namespace toeplab::widgets
{
namespace
{

constexpr std::int64_t kLayers = 4;

core::LayerInfo info(std::int64_t layer, std::int64_t n, std::int64_t channels)
{
    core::LayerInfo result;
    result.layer = layer;
    result.kind = "tno";
    result.mode = "exact";
    result.causal = layer == kLayers;
    result.channels = channels;
    result.length = n;
    result.description = "RPE 3 x 32, decay 0.999";
    return result;
}

double finalKernel(std::int64_t layer, double lag, double n, double mood)
{
    const double size = std::abs(lag);
    switch (layer) {
    case 1: // blurry
        return 0.08 * std::exp(-size * size / (0.02 * n * n)) * (1 + 0.4 * std::cos(0.012 * lag + mood));
    case 2: // a wide ripple
        return 0.12 * std::exp(-size / (0.06 * n)) * std::cos(0.09 * lag + 0.3 * mood);
    case 3: // spiky
        return (size == 0 ? 0.9 : 0) + (lag == 4 ? -0.55 : 0) + (lag == -16 ? 0.3 : 0) +
               0.02 * std::exp(-size / 40) * std::sin(lag + mood);
    default: // causal decay
        return lag < 0 ? 0 : 0.5 * std::exp(-lag / 18) * std::cos(0.25 * lag + 0.2 * mood);
    }
}

core::ScoreSummary around(double value, double spread)
{
    return {value, value * (1 - spread), value * (1 + spread)};
}

core::LadderSnapshot ladderAt(std::int64_t step, std::int64_t n, std::int64_t channels)
{
    core::LadderSnapshot ladder;
    ladder.step = step;
    const double formed = 1 - std::exp(-double(step) / 400);
    for (std::int64_t layer = 1; layer <= kLayers; ++layer) {
        core::LayerScores scores;
        scores.channels = channels;
        scores.length = n;
        const double depth = double(layer) / kLayers;
        scores.spikiness = around(0.05 + formed * 0.85 * depth * depth, 0.12);
        scores.peak_over_median = around(3 + formed * std::pow(10, 3 * depth), 0.3);
        scores.effective_width = around(double(n) * (1 - formed * 0.95 * depth) * 0.8, 0.2);
        scores.decay_rate = around(1 - formed * 0.06 * depth, 0.01);
        scores.anticausal_energy = around(layer == kLayers ? 0 : 0.5, 0.08);
        scores.effective_rank = around(double(n) * (0.1 + 0.5 * depth), 0.1);
        ladder.layers.push_back(scores);
    }
    return ladder;
}

const std::vector<std::int64_t>& snapshotSteps()
{
    static const std::vector<std::int64_t> steps = [] {
        std::vector<std::int64_t> list{0};
        for (double step = 1; step <= 4000; step *= 1.26)
            if (std::llround(step) != list.back())
                list.push_back(std::llround(step));
        list.push_back(4000);
        return list;
    }();
    return steps;
}

} // namespace

std::shared_ptr<const core::KernelFrame> syntheticKernel(std::int64_t layer, std::int64_t n, std::int64_t channels,
                                                         std::int64_t step)
{
    auto frame = std::make_shared<core::KernelFrame>();
    frame->layer_index = static_cast<std::size_t>(layer - 1);
    frame->info = info(layer, n, channels);
    frame->step = step;
    frame->values.resize(static_cast<std::size_t>(channels * (2 * n - 1)));
    std::mt19937 random(static_cast<unsigned>(layer));
    std::normal_distribution<double> normal;
    const double formed = 1 - std::exp(-double(step) / 400);
    std::size_t at = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
        const double mood = normal(random), gain = std::exp(0.3 * normal(random));
        for (std::int64_t lag = 1 - n; lag < n; ++lag) {
            const double start = frame->info.causal && lag < 0 ? 0 : 0.05 + 0.03 * std::sin(0.004 * double(lag) + mood);
            const double noise = frame->info.causal && lag < 0 ? 0 : 0.004 * normal(random);
            frame->values[at++] = static_cast<float>(
                gain * (formed * finalKernel(layer, double(lag), double(n), mood) + (1 - formed) * start) + noise);
        }
    }
    return frame;
}

FigureRun syntheticRun(int seed, std::size_t steps, const std::string& group)
{
    FigureRun run;
    run.id = "run-" + std::to_string(seed);
    run.name = seed == 0 ? "tour" : "tour-" + std::to_string(seed + 1);
    run.group = group;
    run.color = seed;
    std::mt19937 random(static_cast<unsigned>(seed + 1));
    std::normal_distribution<double> normal;
    const double speed = group == "ski" ? 1.6 : 1;
    for (std::size_t i = 1; i <= steps; ++i) {
        const double progress = double(i) / double(steps);
        core::MetricsRow row;
        row.step = static_cast<std::int64_t>(i);
        row.epoch = progress * 3;
        row.loss = 0.9 + 1.4 * std::exp(-6 * speed * progress) + 0.1 * normal(random) + 0.02 * seed;
        row.accuracy =
            std::min(1.0, std::max(0.0, 0.62 - 0.5 * std::exp(-5 * speed * progress) + 0.05 * normal(random)));
        row.lr = 5e-4 * (progress < 0.5 ? 1 : 0.3);
        row.grad_norm = std::exp(0.4 * normal(random));
        row.step_seconds = 0.054;
        row.samples_per_second = 148;
        row.memory_mib = 412;
        row.wall_seconds = 0.055 * double(i);
        run.training.push_back(row);
        if (i % std::max<std::size_t>(steps / 16, 1) == 0)
            run.validation.push_back(
                {row.step, "val", row.loss + 0.06 - 0.1 * normal(random) * 0.2, row.accuracy - 0.03, 2000});
    }
    run.events.push_back({static_cast<std::int64_t>(steps / 2), 0, "lr", "Learning rate 0.0005 -> 0.00015", 1.5e-4});
    for (const std::int64_t step : snapshotSteps())
        run.ladder.push_back(ladderAt(step, 1024, 128));
    for (std::int64_t layer = 1; layer <= kLayers; ++layer)
        run.layers.push_back(info(layer, 1024, 128));
    return run;
}

FigureData syntheticData(const std::string& kind, std::int64_t n, std::int64_t channels)
{
    FigureData data;
    data.runs.push_back(syntheticRun(0, 4000));
    if (kind == "compare") {
        data.runs.clear();
        for (int seed = 0; seed < 3; ++seed)
            data.runs.push_back(syntheticRun(seed, 4000, "tno"));
        for (int seed = 3; seed < 6; ++seed)
            data.runs.push_back(syntheticRun(seed, 4000, "ski"));
    }
    for (std::int64_t layer = 1; layer <= kLayers; ++layer)
        data.kernels.push_back(syntheticKernel(layer, n, channels, 4000));
    if (kind == "evolution") {
        for (const std::int64_t step : snapshotSteps())
            data.snapshots.push_back(syntheticKernel(2, n, channels, step));
    }
    auto ladder = std::make_shared<core::LadderFrame>();
    ladder->step = 4000;
    ladder->scores = ladderAt(4000, n, channels).layers;
    for (std::int64_t layer = 1; layer <= kLayers; ++layer) {
        ladder->infos.push_back(info(layer, n, channels));
        std::vector<float> line;
        for (int i = 0; i < 257; ++i)
            line.push_back(
                static_cast<float>(finalKernel(layer, std::round((i - 128) / 128.0 * (double(n) - 1)), double(n), 0)));
        ladder->sparklines.push_back(line);
    }
    data.ladder = ladder;
    return data;
}

} // namespace toeplab::widgets
