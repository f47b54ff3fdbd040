// SPDX-License-Identifier: Apache-2.0
#include "core/training/kernel_tap.h"
#include "core/training/schedule.h"

#include <gmock/gmock.h>

#include <numbers>

namespace
{

using namespace toeplab::core;

TEST(Schedule, WarmsUpFromZeroAndFollowsTheCosine)
{
    OptimizerSettings settings;
    settings.warmup = 10;
    settings.total_steps = 110;
    EXPECT_EQ(learningRate(settings, 2, 1), 0);
    EXPECT_DOUBLE_EQ(learningRate(settings, 2, 6), 1);
    EXPECT_DOUBLE_EQ(learningRate(settings, 2, 11), 2);
    EXPECT_NEAR(learningRate(settings, 2, 61), 1, 1e-12);
    EXPECT_NEAR(learningRate(settings, 2, 36), 1 + std::sqrt(0.5), 1e-12);
    EXPECT_NEAR(learningRate(settings, 2, 110), 0, 1e-3);
}

TEST(Schedule, StaysAtZeroPastItsEnd)
{
    OptimizerSettings settings;
    settings.warmup = 10;
    settings.total_steps = 110;
    for (const std::int64_t step : {111, 112, 161, 211, 100000})
        EXPECT_EQ(learningRate(settings, 2, step), 0) << "the published schedule rises again at step " << step;
}

TEST(Schedule, ConstantAfterTheWarmUp)
{
    OptimizerSettings settings;
    settings.schedule = "constant";
    settings.warmup = 0;
    EXPECT_EQ(learningRate(settings, 0.5, 1), 0.5);
    settings.warmup = 4;
    EXPECT_EQ(learningRate(settings, 0.5, 3), 0.25);
    EXPECT_EQ(learningRate(settings, 0.5, 1'000'000), 0.5);
}

TEST(SnapshotSteps, AreLogSpaced)
{
    std::vector<std::int64_t> steps;
    for (std::int64_t step = 0; step <= 50000; ++step) {
        if (isSnapshotStep(step))
            steps.push_back(step);
    }
    EXPECT_THAT(std::vector(steps.begin(), steps.begin() + 11),
                testing::ElementsAre(0, 1, 2, 4, 8, 16, 19, 23, 27, 32, 38));
    EXPECT_LT(steps.size(), 60U);
    for (std::size_t i = 6; i < steps.size(); ++i)
        EXPECT_LT(static_cast<double>(steps[i]) / static_cast<double>(steps[i - 1]), 1.22);
}

} // namespace
