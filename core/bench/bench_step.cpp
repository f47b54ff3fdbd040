// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.h"
#include "core/bench/bench.h"
#include "core/bench/products.h"
#include "core/models/functions/products.h"
#include "core/training/trainer.h"

#include <algorithm>
#include <vector>

namespace toeplab::core
{

namespace
{

Batch randomBatch(const TaskShape& shape, std::int64_t samples, std::uint64_t seed)
{
    Random random(seed);
    Batch batch;
    batch.rows = shape.pairs ? 2 * samples : samples;
    batch.length = shape.max_length;
    for (std::int64_t i = 0; i < batch.rows * batch.length; ++i) {
        if (shape.vocabulary > 0)
            batch.tokens.push_back(
                static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(shape.vocabulary))));
        else
            batch.pixels.push_back(static_cast<float>(2 * random.uniform() - 1));
    }
    batch.lengths.assign(static_cast<std::size_t>(batch.rows), static_cast<std::int32_t>(batch.length));
    for (std::int64_t i = 0; i < samples; ++i)
        batch.labels.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(shape.classes))));
    return batch;
}

} // namespace

Result<BenchResult> benchStep(const Experiment& experiment, const TaskShape& shape, std::int64_t repeat)
{
    TaskShape full = shape;
    full.max_length = std::max(shape.max_length, experiment.task.length_limit);
    Result<std::unique_ptr<Trainer>> trainer = makeTrainer(experiment, full);
    if (!trainer)
        return tl::unexpected(trainer.error());
    const Batch batch = randomBatch(full, experiment.train.batch, static_cast<std::uint64_t>(experiment.train.seed));
    BenchResult result;
    result.kind = "step";
    result.length = full.max_length;
    result.channels = experiment.model.width;
    result.batch = experiment.train.batch;
    result.causal = experiment.mixer.causal;
    result.parameters = (*trainer)->parameterCount();
    result.precision = describeProducts(experiment.train.precision);
    const auto step = [&] { (*trainer)->step(batch, experiment.optimizer.lr); };
    (*trainer)->recordSteps(false);
    measure(result, repeat, step);
    if (result.device == "cpu") {
        result.products_seconds = productSeconds(experiment, full, repeat);
        return result;
    }
    // Memory is that of a step sent kernel by kernel; a recording takes as much.
    BenchResult recorded;
    (*trainer)->recordSteps(true);
    for (int warm = 0; warm < 2; ++warm)
        step();
    const std::int64_t before = (*trainer)->replayedSteps();
    measure(recorded, repeat, step);
    if ((*trainer)->replayedSteps() == before + repeat + 1) {
        result.unrecorded_seconds = result.median_seconds;
        result.median_seconds = recorded.median_seconds;
        result.q1_seconds = recorded.q1_seconds;
        result.q3_seconds = recorded.q3_seconds;
        result.min_seconds = recorded.min_seconds;
        result.clocks = recorded.clocks;
    }
    return result;
}

} // namespace toeplab::core
