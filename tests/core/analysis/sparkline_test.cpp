// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/sparkline.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace toeplab::core
{
namespace
{

TEST(Sparkline, IsTheMedianOfEachLag)
{
    EXPECT_THAT(sparkline(std::vector<float>{1, 5, 2, 6, 9, 7}, 3), testing::ElementsAre(2, 6));
    EXPECT_THAT(sparkline(std::vector<float>{1, 8, 2, 4, 5, 0, 3, 6}, 4), testing::ElementsAre(2.5F, 5))
        << "between the two in the middle, as everywhere";
    EXPECT_TRUE(sparkline({}, 3).empty());
}

TEST(Sparkline, ThinsButKeepsEveryExtreme)
{
    std::vector<float> line(4095);
    line[1234] = 5;
    line[1235] = -7;
    line[4094] = 3;
    const std::vector<float> thin = sparkline(line, 1);
    EXPECT_EQ(thin.size(), 256U);
    EXPECT_EQ(*std::max_element(thin.begin(), thin.end()), 5);
    EXPECT_EQ(*std::min_element(thin.begin(), thin.end()), -7);
    EXPECT_EQ(thin.back(), 3);
    const auto peak = std::max_element(thin.begin(), thin.end());
    EXPECT_EQ(*(peak + 1), -7) << "in the order of the lags";
}

} // namespace
} // namespace toeplab::core
