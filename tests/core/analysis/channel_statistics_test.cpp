// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/channel_statistics.h"

#include "core/base/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::core
{
namespace
{

using testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Quantile, InterpolatesBetweenOrderStatistics)
{
    EXPECT_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
    EXPECT_EQ(quantile({4, 1, 3, 2}, 0.25), 1.75);
    EXPECT_EQ(quantile({4, 1, 3, 2}, 0), 1);
    EXPECT_EQ(quantile({4, 1, 3, 2}, 1), 4);
    EXPECT_EQ(quantile({5}, 0.3), 5);
    EXPECT_EQ(quantile({kNan, 5, kNan}, 0.5), 5);
    EXPECT_TRUE(std::isnan(quantile({kNan}, 0.5)));
    EXPECT_EQ(quantile({1, kInfinity, kInfinity}, 0.75), kInfinity);
    EXPECT_EQ(quantile({1, kInfinity}, 0.5), kInfinity);
    EXPECT_THROW((void)quantile({1}, 1.5), BrokenPromise);
}

TEST(LagProfile, IsTakenLagByLag)
{
    const std::vector<float> kernels{1, 10, 5,  //
                                     2, 30, 5,  //
                                     3, 20, 5,  //
                                     4, 40, 5}; //
    const LagProfile profile = lagProfile(kernels, 4);
    EXPECT_THAT(profile.median, ElementsAre(2.5F, 25.0F, 5.0F));
    EXPECT_THAT(profile.minimum, ElementsAre(1.0F, 10.0F, 5.0F));
    EXPECT_THAT(profile.maximum, ElementsAre(4.0F, 40.0F, 5.0F));
    EXPECT_THAT(profile.q1, ElementsAre(1.75F, 17.5F, 5.0F));
    EXPECT_THAT(profile.q3, ElementsAre(3.25F, 32.5F, 5.0F));
    EXPECT_EQ(medianKernel(kernels, 4), profile.median);
    EXPECT_EQ(profile.broken, 0);
}

TEST(LagProfile, LeavesBrokenChannelsOut)
{
    const LagProfile profile = lagProfile(std::vector<float>{1, 1, 1, kNan, 9, 9, 3, 3, 3, 9, kInfinity, 9}, 4);
    EXPECT_EQ(profile.broken, 2);
    EXPECT_THAT(profile.median, ElementsAre(2.0F, 2.0F, 2.0F));
    const LagProfile none = lagProfile(std::vector<float>{kNan}, 1);
    EXPECT_EQ(none.broken, 1);
    EXPECT_TRUE(std::isnan(none.median[0]));
    EXPECT_THROW((void)lagProfile(std::vector<float>(4), 1), BrokenPromise);
}

TEST(RelativeChange, IsTheFrobeniusDistance)
{
    EXPECT_DOUBLE_EQ(relativeChange(std::vector<float>{3, 4, 0}, std::vector<float>{3, 4, 10}), 2);
    EXPECT_EQ(relativeChange(std::vector<float>{0}, std::vector<float>{0}), 0);
    EXPECT_EQ(relativeChange(std::vector<float>{0}, std::vector<float>{1}), kInfinity);
    EXPECT_TRUE(std::isnan(relativeChange(std::vector<float>{kNan}, std::vector<float>{1})));
    EXPECT_THROW((void)relativeChange(std::vector<float>{1}, std::vector<float>{1, 2, 3}), BrokenPromise);
}

TEST(Thinned, KeepsWhatFits)
{
    EXPECT_THAT(thinned(std::vector<float>{1, 2, 3}, 3), ElementsAre(1, 2, 3));
    EXPECT_THAT(thinned(std::vector<float>{}, 4), ElementsAre());
    EXPECT_THROW((void)thinned(std::vector<float>{1}, 1), BrokenPromise);
}

TEST(Thinned, KeepsOrderAndSpikes)
{
    EXPECT_THAT(thinned(std::vector<float>{0, 5, -1, 0, 2, 2, 7, 3}, 4), ElementsAre(5, -1, 2, 7));
    std::vector<float> spike(4095, 0.0F);
    spike[2051] = 1;
    const auto kept = thinned(spike, 256);
    EXPECT_LE(kept.size(), 256U);
    EXPECT_EQ(std::count(kept.begin(), kept.end(), 1.0F), 1);
}

TEST(Thinned, IsNotPoisoned)
{
    const auto kept = thinned(std::vector<float>{kNan, 1, 2, kInfinity, kNan, kNan, kNan, kNan}, 4);
    EXPECT_EQ(kept[0], 1);
    EXPECT_EQ(kept[1], 2);
    EXPECT_TRUE(std::isnan(kept[2]) && std::isnan(kept[3]));
}

RC_GTEST_PROP(Thinned, KeepsTheExtremesInOrder, (std::vector<int> numbers))
{
    const std::vector<float> values(numbers.begin(), numbers.end());
    const auto most = static_cast<std::size_t>(*rc::gen::inRange(2, 40));
    const auto kept = thinned(values, most);
    RC_ASSERT(kept.size() <= std::max(most, std::size_t{0}));
    auto from = values.begin(); // each kept value is found after the one before it, or is that one again
    float last = 0;
    for (const float value : kept) {
        const auto found = std::find(from, values.end(), value);
        RC_ASSERT(found != values.end() || value == last);
        from = found == values.end() ? from : found + (values.size() <= most ? 1 : 0);
        last = value;
    }
    if (!values.empty()) {
        RC_ASSERT(*std::max_element(kept.begin(), kept.end()) == *std::max_element(values.begin(), values.end()));
        RC_ASSERT(*std::min_element(kept.begin(), kept.end()) == *std::min_element(values.begin(), values.end()));
    }
}

TEST(AsinhScale, ShowsTheBodyBesideThePeak)
{
    EXPECT_EQ(asinhScale(std::vector<float>{0, 0.5F, 100, -0.25F, 0}), 0.5);
    EXPECT_EQ(asinhScale(std::vector<float>{0, 0, 0}), 1);
    EXPECT_EQ(asinhScale(std::vector<float>{kNan, 2, kInfinity}), 2);
    EXPECT_NEAR(asinhScale(std::vector<float>{1e-12F, 1e-12F, 1}), 1e-4, 1e-12);
    EXPECT_DOUBLE_EQ(asinhScaled(-3, 2), -asinhScaled(3, 2));
    EXPECT_NEAR(asinhScaled(1e-6, 1), 1e-6, 1e-15);
}

} // namespace
} // namespace toeplab::core
