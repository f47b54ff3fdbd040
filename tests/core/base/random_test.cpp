// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace toeplab::core
{
namespace
{

// The engine is the standard's: its 10,000th number is given there, so a sequence of ours is the same everywhere.
TEST(Random, StandsOnTheStandardsEngine)
{
    std::mt19937_64 engine;
    engine.discard(9999);
    EXPECT_EQ(engine(), 9981545732273789042U);
    EXPECT_EQ(Random::mix(0), 16294208416658607535U); // SplitMix64's published first output for seed 0
}

TEST(Random, SeedsAndStreamsGiveUnrelatedSequences)
{
    Random a(1, 0), same(1, 0), other_stream(1, 1), other_seed(2, 0), swapped(0, 1);
    const std::uint64_t first = a.below(1U << 30U);
    EXPECT_EQ(first, same.below(1U << 30U));
    EXPECT_NE(first, other_stream.below(1U << 30U));
    EXPECT_NE(first, other_seed.below(1U << 30U));
    EXPECT_NE(first, swapped.below(1U << 30U));
}

TEST(Random, DrawsAreUniform)
{
    Random random(7);
    constexpr int kDraws = 90000;
    std::array<int, 9> counts{};
    double sum = 0;
    for (int i = 0; i < kDraws; ++i) {
        ++counts.at(random.below(9));
        const double u = random.uniform();
        ASSERT_GE(u, 0);
        ASSERT_LT(u, 1);
        sum += u;
    }
    double chi_squared = 0;
    for (const int count : counts) {
        chi_squared += std::pow(count - kDraws / 9.0, 2) / (kDraws / 9.0);
    }
    EXPECT_LT(chi_squared, 26.1); // 99.9 % quantile with 8 degrees of freedom
    EXPECT_NEAR(sum / kDraws, 0.5, 4 / std::sqrt(12.0 * kDraws));
}

TEST(Random, OneChoiceIsNoChoice)
{
    Random random(3);
    EXPECT_EQ(random.below(1), 0U);
}

} // namespace
} // namespace toeplab::core
