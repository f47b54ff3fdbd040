// SPDX-License-Identifier: Apache-2.0
#include "core/training/memory_estimate.h"

#include "core/base/text.h"
#include "core/training/runtime.h"

#include <algorithm>
#include <cmath>

namespace toeplab::core
{
namespace
{

/// Samples of the longest length that a task allows.
Batch longestBatch(const TaskShape& shape, std::int64_t samples)
{
    Batch batch;
    batch.rows = shape.pairs ? 2 * samples : samples;
    batch.length = shape.max_length;
    const auto values = static_cast<std::size_t>(batch.rows * batch.length);
    if (shape.vocabulary > 0)
        batch.tokens.assign(values, 0);
    else
        batch.pixels.assign(values, 0);
    batch.lengths.assign(static_cast<std::size_t>(batch.rows), static_cast<std::int32_t>(batch.length));
    batch.labels.assign(static_cast<std::size_t>(samples), 0);
    return batch;
}

} // namespace

double MemoryEstimate::stepMib(std::int64_t samples) const
{
    return fixed_mib + sample_mib * static_cast<double>((samples + cards - 1) / cards);
}

std::int64_t MemoryEstimate::mostSamples() const
{
    return sample_mib > 0
               ? cards * std::max<std::int64_t>(static_cast<std::int64_t>((free_mib - fixed_mib) / sample_mib), 0)
               : 0;
}

Result<MemoryEstimate> estimateMemory(const Experiment& experiment, const TaskShape& shape)
{
    MemoryEstimate estimate;
    if (deviceName() == "cpu")
        return estimate;
    const std::vector<int> cards = cardsInUse();
    estimate.cards = static_cast<std::int64_t>(cards.size());
    releaseUnusedCardMemory();
    const CardMemory before = cardMemory();
    estimate.free_mib = freeCardMib();
    for (const int card : cards)
        estimate.free_mib = std::min(estimate.free_mib, freeCardMib(card));
    {
        Result<std::unique_ptr<Trainer>> trainer = makeTrainer(experiment, shape);
        if (!trainer)
            return tl::unexpected(trainer.error());
        (*trainer)->recordSteps(false);
        constexpr std::int64_t kFew = 1, kMore = 3;
        double peaks[2] = {};
        for (const std::int64_t samples : {kFew, kMore}) {
            const Batch batch = longestBatch(shape, estimate.cards * samples);
            for (int twice = 0; twice < 2; ++twice) { // the first takes what a process takes once
                forgetCardPeak();
                static_cast<void>((*trainer)->step(batch, 0));
            }
            peaks[samples == kFew ? 0 : 1] = cardMemory().peak_mib - before.held_mib;
        }
        estimate.sample_mib = std::max(0.0, (peaks[1] - peaks[0]) / (kMore - kFew));
        estimate.fixed_mib = peaks[0] - kFew * estimate.sample_mib;
    }
    releaseUnusedCardMemory();
    forgetCardPeak();
    return estimate;
}

Result<std::string> memoryProblem(const Experiment& experiment, const TaskShape& shape)
{
    const Result<MemoryEstimate> estimate = estimateMemory(experiment, shape);
    if (!estimate)
        return tl::unexpected(estimate.error());
    const std::int64_t batch = experiment.train.batch;
    if (estimate->stepMib(batch) <= estimate->free_mib)
        return std::string();
    return fmt::format("A step of {} samples of {} positions takes about {} MiB on {}, and {} MiB are "
                       "free. Set train.batch to at most {}, lower task.length_limit, or set train.precision to bf16.",
                       batch, plainNumber(static_cast<double>(shape.max_length)),
                       plainNumber(std::ceil(estimate->stepMib(batch))),
                       estimate->cards > 1 ? "each graphics card" : "the graphics card",
                       plainNumber(std::floor(estimate->free_mib)), estimate->mostSamples());
}

} // namespace toeplab::core
