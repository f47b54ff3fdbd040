// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"

#include <gtest/gtest.h>

namespace toeplab::core
{
namespace
{

TEST(Bench, WorkIsRunOnceToWarmUpAndOnceARepeat)
{
    int runs = 0;
    BenchResult result;
    measure(result, 4, [&] { ++runs; });
    EXPECT_EQ(runs, 5);
    EXPECT_LE(result.min_seconds, result.q1_seconds);
    EXPECT_LE(result.q1_seconds, result.median_seconds);
    EXPECT_LE(result.median_seconds, result.q3_seconds);
    EXPECT_GT(result.peak_mib, 0);
}

TEST(Bench, AnOperatorIsComparedWithItsReferenceBeforeItIsTimed)
{
    OperatorBench bench;
    bench.length = 33;
    bench.channels = 3;
    bench.batch = 2;
    bench.repeat = 1;
    const auto result = benchOperator(bench);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->kind, "tno");
    EXPECT_EQ(result->length, 33);
    EXPECT_GE(result->max_error, 0);
    EXPECT_LT(result->max_error, 1e-4);
}

TEST(Bench, AnOperatorThatCannotBeMadeIsOneSentence)
{
    OperatorBench bench;
    bench.mixer.kind = "laplace";
    const auto result = benchOperator(bench);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message.back(), '.');
}

} // namespace
} // namespace toeplab::core
