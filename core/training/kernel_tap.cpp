// SPDX-License-Identifier: Apache-2.0
#include "core/training/kernel_tap.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace toeplab::core
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr double kShare = 20;        ///< a twentieth of the time at most
constexpr double kLadderSeconds = 2; ///< between two ladders for the window

SteadyTime later(SteadyTime now, double seconds)
{
    return now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

} // namespace

bool isSnapshotStep(std::int64_t step)
{
    if (step <= 16)
        return step == 0 || (step > 0 && (step & (step - 1)) == 0);
    // step = round(2^(i/4)) for the nearest i
    const double quarter = std::round(4 * std::log2(static_cast<double>(step)));
    return std::llround(std::exp2(quarter / 4)) == step;
}

KernelTap::KernelTap(Trainer& trainer, SessionSink& sink, RunWriter& writer, std::vector<LayerInfo> layers)
    : trainer_(trainer), sink_(sink), writer_(writer), layers_(std::move(layers)), ladder_(sink)
{
}

std::shared_ptr<const KernelFrame> KernelTap::take(std::size_t layer, std::int64_t step)
{
    auto frame = std::make_shared<KernelFrame>();
    frame->layer_index = layer;
    frame->info = layers_[layer];
    frame->step = step;
    frame->values = trainer_.kernel(layer);
    return frame;
}

void KernelTap::fileFinished()
{
    for (LadderSnapshot& snapshot : ladder_.finished())
        writer_.ladder(std::move(snapshot));
}

void KernelTap::snapshot(std::int64_t step)
{
    if (snapshot_step_ == step)
        return;
    snapshot_step_ = step;
    ladder_step_ = step;
    KernelSet kernels;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        kernels.push_back(take(i, step));
        writer_.kernel({i, step, kernels.back()->values});
    }
    ladder_.score(std::move(kernels), true);
    fileFinished();
}

void KernelTap::afterStep(std::int64_t step, const WatchOrder& watch, bool last)
{
    if (isSnapshotStep(step))
        snapshot(step);
    const SteadyTime begin = Clock::now();
    const bool changed = std::exchange(watch_version_, watch.version) != watch.version;
    if (watch.layers.empty())
        return;
    fileFinished();
    if (changed || (last && shown_step_ != step) || begin >= next_show_) {
        shown_step_ = step;
        for (const std::size_t layer : watch.layers) {
            if (layer < layers_.size())
                sink_.kernels(take(layer, step));
        }
        const SteadyTime end = Clock::now();
        const double pause = std::max(1 / std::max(watch.per_second, 0.01), kShare * secondsBetween(begin, end));
        next_show_ = later(end, last ? 0 : pause);
    }
    if (ladder_step_ != step && (last || begin >= next_ladder_)) {
        ladder_step_ = step;
        const SteadyTime start = Clock::now();
        KernelSet kernels;
        for (std::size_t i = 0; i < layers_.size(); ++i)
            kernels.push_back(take(i, step));
        ladder_.score(std::move(kernels), false);
        const SteadyTime end = Clock::now();
        const double cost = secondsBetween(start, end) + ladder_.lastSeconds();
        next_ladder_ = later(end, std::max(kLadderSeconds, kShare * cost));
    }
}

void KernelTap::finish()
{
    ladder_.drain();
    fileFinished();
}

} // namespace toeplab::core
