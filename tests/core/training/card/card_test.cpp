// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"
#include "core/device/clocks.h"
#include "core/device/gpu.h"
#include "core/training/memory_estimate.h"
#include "core/training/runtime.h"
#include "core/training/trainer.h"
#include "tests/core/training/card/card.h"

#include <ATen/ops/empty.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace toeplab::core
{
namespace
{

Experiment smallExperiment()
{
    Experiment e;
    e.model.layers = 2;
    e.model.width = 32;
    e.mixer.rpe_width = 16;
    e.optimizer.lr = 3e-3;
    e.optimizer.warmup = 5;
    return e;
}

constexpr TaskShape kShape{4, 9, 128, false, 0, 0};

Batch batchOf(std::int64_t samples, std::uint32_t seed)
{
    Batch batch;
    batch.rows = samples;
    batch.length = kShape.max_length;
    for (std::int64_t i = 0; i < samples; ++i) {
        seed = seed * 1664525U + 1013904223U;
        const auto label = static_cast<std::int32_t>(seed >> 24U) % 4;
        batch.labels.push_back(label);
        batch.lengths.push_back(static_cast<std::int32_t>(batch.length));
        for (std::int64_t j = 0; j < batch.length; ++j) {
            seed = seed * 1664525U + 1013904223U;
            batch.tokens.push_back(seed >> 30U == 0 ? label : static_cast<std::int32_t>(seed >> 24U) % 9);
        }
    }
    return batch;
}

std::vector<double> train(const Experiment& experiment, int steps)
{
    auto trainer = makeTrainer(experiment, kShape);
    if (!trainer)
        throw std::runtime_error(trainer.error().message);
    std::vector<double> losses;
    for (int i = 0; i < steps; ++i)
        losses.push_back((*trainer)->step(batchOf(16, static_cast<std::uint32_t>(i)), experiment.optimizer.lr).loss);
    EXPECT_EQ((*trainer)->replayedSteps(), std::max(0, steps - 2));
    return losses;
}

TEST(Card, LearnsTheSameTwiceToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    for (const char* kind : {"tno", "ski", "fd"}) {
        Experiment e = smallExperiment();
        e.mixer.kind = kind;
        e.mixer.rank = 16;
        const std::vector<double> first = train(e, 40);
        EXPECT_LT(first.back(), 0.8 * first.front()) << kind;
        EXPECT_EQ(first, train(e, 40)) << kind;
    }
}

TEST(Card, Bf16LearnsAlmostTheSame)
{
    TOEPLAB_NEEDS_CARD();
    for (const char* kind : {"tno", "ski", "fd"}) {
        Experiment e = smallExperiment();
        e.mixer.kind = kind;
        e.mixer.rank = 16;
        const std::vector<double> full = train(e, 20);
        e.train.precision = "bf16";
        const std::vector<double> rounded = train(e, 20);
        EXPECT_NE(full, rounded);
        for (std::size_t i = 0; i < 10; ++i)
            EXPECT_NEAR(rounded[i], full[i], 0.05) << kind << " step " << i;
    }
}

TEST(Card, SaysWhatToDoWhenMemoryRunsOut)
{
    TOEPLAB_NEEDS_CARD();
    try {
        static_cast<void>(at::empty({std::int64_t{1} << 46}, at::TensorOptions().device(at::kCUDA)));
        FAIL() << "64 TiB were there";
    } catch (const std::exception& error) {
        const std::string text = whatWentWrong(error, 32);
        EXPECT_NE(text.find("Lower train.batch, now 32"), std::string::npos) << text;
    }
    EXPECT_TRUE(std::isfinite(train(smallExperiment(), 1)[0])); // and goes on
}

/// A step whose loss is not finite moves nothing, without anybody waiting for the loss.
TEST(Card, LeavesParametersAloneWhenALossIsNotFinite)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = smallExperiment();
    auto trainer = makeTrainer(e, kShape);
    static_cast<void>((*trainer)->step(batchOf(8, 1), 1e-3));
    Checkpoint spoiled = (*trainer)->save();
    const Checkpoint before = spoiled;
    Batch bad = batchOf(8, 2);
    bad.tokens[3] = 1000; // outside of the vocabulary: its embedding is NaN on a card
    EXPECT_FALSE((*trainer)->step(bad, 1e-3).finite);
    const Checkpoint after = (*trainer)->save();
    for (const auto& [name, blob] : before.parameters) {
        const bool statistic = name.find("running") != std::string::npos || name.find("batches") != std::string::npos;
        EXPECT_TRUE(statistic || blob.bytes == after.parameters.at(name).bytes) << name;
    }
    for (const auto& [name, blob] : before.optimizer)
        EXPECT_EQ(blob.bytes, after.optimizer.at(name).bytes) << name;
}

TEST(Card, GoesOnFromACheckpointToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    Experiment e = smallExperiment();
    e.model.embedding_dropout = 0; // both draw from the same generator
    auto one = makeTrainer(e, kShape);
    static_cast<void>((*one)->step(batchOf(8, 1), 1e-3));
    auto two = makeTrainer(e, kShape);
    ASSERT_TRUE((*two)->restore((*one)->save(), Trainer::Restore::Everything));
    const StepOutcome a = (*one)->step(batchOf(8, 2), 1e-3);
    const StepOutcome b = (*two)->step(batchOf(8, 2), 1e-3);
    EXPECT_EQ(a.loss, b.loss);
    EXPECT_EQ(a.grad_norm, b.grad_norm);
    EXPECT_EQ((*one)->kernel(0), (*two)->kernel(0));
}

TEST(Card, TakesNoMemoryInASteadyStep)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = smallExperiment();
    auto trainer = makeTrainer(e, kShape);
    for (std::uint32_t i = 0; i < 4; ++i)
        static_cast<void>((*trainer)->step(batchOf(16, i), 1e-3));
    const double before = gpus()[0].memory_mib - cardMemory().held_mib;
    const auto free_before = graphicsCards()->front().free_mib;
    for (std::uint32_t i = 0; i < 20; ++i)
        static_cast<void>((*trainer)->step(batchOf(16, i), 1e-3));
    EXPECT_EQ(graphicsCards()->front().free_mib, free_before);
    EXPECT_EQ(gpus()[0].memory_mib - cardMemory().held_mib, before);
}

/// What two small steps say of a large one, and of one that no card has room for.
TEST(Card, KnowsTheMemoryOfAStepBeforeIt)
{
    TOEPLAB_NEEDS_CARD();
    for (const char* kind : {"tno", "ski", "fd"}) {
        Experiment e = smallExperiment();
        e.mixer.kind = kind;
        e.mixer.rank = 16;
        const auto estimate = estimateMemory(e, kShape);
        ASSERT_TRUE(estimate) << estimate.error().message;
        constexpr std::int64_t kSamples = 200;
        const double held = cardMemory().held_mib;
        auto trainer = makeTrainer(e, kShape);
        (*trainer)->recordSteps(false);
        for (std::uint32_t i = 0; i < 2; ++i) {
            forgetCardPeak();
            static_cast<void>((*trainer)->step(batchOf(kSamples, i), 1e-3));
        }
        const double taken = cardMemory().peak_mib - held;
        EXPECT_NEAR(estimate->stepMib(kSamples), taken, 0.1 * taken + 2) << kind;
        e.train.batch = 100 * estimate->mostSamples();
        const auto problem = memoryProblem(e, kShape);
        ASSERT_TRUE(problem);
        EXPECT_NE(problem->find("Set train.batch to at most"), std::string::npos) << *problem;
        e.train.batch = 4;
        EXPECT_EQ(memoryProblem(e, kShape).value(), "");
    }
}

TEST(Card, SaysHowFastItRuns)
{
    TOEPLAB_NEEDS_CARD();
    const auto clocks = currentGpuClocks();
    ASSERT_TRUE(clocks.has_value());
    EXPECT_GT(clocks->processors_mhz, 0);
    EXPECT_LE(clocks->processors_mhz, clocks->processors_max_mhz);
    EXPECT_GT(clocks->memory_mhz, 0);
}

TEST(Card, BenchComparesWithLibTorchsFunctions)
{
    TOEPLAB_NEEDS_CARD();
    for (const char* kind : {"tno", "ski", "fd"}) {
        for (const bool causal : {false, true}) {
            OperatorBench bench;
            bench.mixer.kind = kind;
            bench.mixer.causal = causal;
            bench.length = 600;
            bench.channels = 8;
            bench.batch = 3;
            bench.repeat = 3;
            const auto result = benchOperator(bench);
            ASSERT_TRUE(result) << result.error().message;
            ASSERT_TRUE(result->gpu.has_value());
            EXPECT_LT(result->max_error, 1e-4) << kind << causal;
            EXPECT_LT(result->gpu->eager_difference, 1e-4) << kind << causal;
            EXPECT_GT(result->gpu->forward_seconds, 0);
            EXPECT_GT(result->gpu->eager_both_seconds, 0);
        }
    }
}

} // namespace
} // namespace toeplab::core
