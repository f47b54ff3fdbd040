// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/batch_plan.h"

#include "core/base/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace toeplab::core
{
namespace
{

using testing::ElementsAre;

std::vector<std::int64_t> epochOf(BatchPlan& plan, std::int64_t epoch)
{
    std::vector<std::int64_t> all;
    for (std::int64_t batch = 0; batch < plan.batchesPerEpoch(); ++batch) {
        const auto indices = plan.indices({epoch, batch});
        all.insert(all.end(), indices.begin(), indices.end());
    }
    return all;
}

RC_GTEST_PROP(BatchPlan, EveryEpochHoldsEverySampleOnce, (std::uint64_t seed))
{
    const auto samples = *rc::gen::inRange<std::int64_t>(1, 200);
    const auto batch = *rc::gen::inRange<std::int64_t>(1, 50);
    const auto buckets = *rc::gen::inRange<std::int64_t>(0, 5);
    BatchPlan plan(samples, {.batch = batch,
                             .seed = seed,
                             .drop_last = false,
                             .bucket_batches = buckets,
                             .length_of = [](std::int64_t index) { return index % 7; }});
    RC_ASSERT(plan.batchesPerEpoch() == (samples + batch - 1) / batch);
    for (const std::int64_t epoch : {0, 3}) {
        auto all = epochOf(plan, epoch);
        RC_ASSERT(std::set<std::int64_t>(all.begin(), all.end()).size() == static_cast<std::size_t>(samples));
        RC_ASSERT(static_cast<std::int64_t>(all.size()) == samples);
    }
}

TEST(BatchPlan, DropsAnIncompleteLastBatchButNeverEverything)
{
    BatchPlan plan(10, {.batch = 4, .seed = 1});
    EXPECT_EQ(plan.batchesPerEpoch(), 2);
    EXPECT_EQ(epochOf(plan, 0).size(), 8U);
    BatchPlan tiny(3, {.batch = 4, .seed = 1});
    EXPECT_EQ(tiny.batchesPerEpoch(), 1);
    EXPECT_EQ(epochOf(tiny, 0).size(), 3U);
}

TEST(BatchPlan, IsEnteredAnywhereWithTheSameResult)
{
    const BatchPlanOptions options{.batch = 8, .seed = 5};
    BatchPlan straight(100, options);
    std::vector<std::vector<std::int64_t>> batches;
    for (BatchPosition position; position.epoch < 3; position = straight.next(position)) {
        batches.push_back(straight.indices(position));
    }
    ASSERT_EQ(batches.size(), 36U);
    for (const std::int64_t count : {35, 0, 17, 12, 11}) {
        BatchPlan entered(100, options);
        EXPECT_EQ(entered.indices(entered.at(count)), batches[static_cast<std::size_t>(count)]) << count;
        EXPECT_EQ(entered.count(entered.at(count)), count);
    }
}

TEST(BatchPlan, OrdersDifferByEpochAndSeedAndNotOtherwise)
{
    BatchPlan a(1000, {.batch = 10, .seed = 1}), same(1000, {.batch = 10, .seed = 1}),
        other(1000, {.batch = 10, .seed = 2});
    EXPECT_EQ(epochOf(a, 0), epochOf(same, 0));
    EXPECT_NE(epochOf(a, 0), epochOf(a, 1));
    EXPECT_NE(epochOf(a, 0), epochOf(other, 0));
    // The same on every machine: a checkpoint may be continued on another one.
    BatchPlan fixed(10, {.batch = 10, .seed = 42});
    EXPECT_THAT(fixed.indices({}), ElementsAre(9, 8, 4, 0, 2, 1, 3, 6, 5, 7));
}

// Position of sample 0 over many epochs: uniform.
TEST(BatchPlan, ShufflesWithoutBias)
{
    constexpr int kEpochs = 8000, kSamples = 8;
    BatchPlan plan(kSamples, {.batch = kSamples, .seed = 9});
    std::vector<double> counts(kSamples, 0);
    for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
        const auto order = plan.indices({epoch, 0});
        ++counts[static_cast<std::size_t>(std::find(order.begin(), order.end(), 0) - order.begin())];
    }
    double chi_squared = 0;
    for (const double count : counts) {
        chi_squared += (count - 1000) * (count - 1000) / 1000;
    }
    EXPECT_LT(chi_squared, 24.3); // 99.9 % quantile with 7 degrees of freedom
}

TEST(BatchPlan, KeepsTheOrderForEvaluation)
{
    BatchPlan plan(5, {.batch = 2, .seed = 3, .shuffle = false, .drop_last = false});
    EXPECT_THAT(epochOf(plan, 0), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(epochOf(plan, 7), ElementsAre(0, 1, 2, 3, 4));
}

TEST(BatchPlan, BucketsWasteLessPadding)
{
    const auto length = [](std::int64_t index) { return (index * 37) % 101; };
    const auto padding = [&](std::int64_t buckets) {
        BatchPlan plan(1000, {.batch = 10, .seed = 3, .bucket_batches = buckets, .length_of = length});
        std::int64_t padded = 0;
        for (std::int64_t batch = 0; batch < plan.batchesPerEpoch(); ++batch) {
            std::int64_t longest = 0, sum = 0;
            for (const std::int64_t index : plan.indices({0, batch})) {
                longest = std::max(longest, length(index));
                sum += length(index);
            }
            padded += 10 * longest - sum;
        }
        return padded;
    };
    EXPECT_LT(padding(20), padding(0) / 5);
}

TEST(BatchPlan, RefusesWhatCannotBe)
{
    EXPECT_THROW(BatchPlan(0, {.batch = 2}), BrokenPromise);
    EXPECT_THROW(BatchPlan(3, {.batch = 0}), BrokenPromise);
    EXPECT_THROW(BatchPlan(3, {.batch = 1, .bucket_batches = 4}), BrokenPromise);
    BatchPlan plan(3, {.batch = 1});
    EXPECT_THROW((void)plan.indices({0, 3}), BrokenPromise);
}

} // namespace
} // namespace toeplab::core
