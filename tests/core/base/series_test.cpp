// SPDX-License-Identifier: Apache-2.0
#include "core/base/series.h"

#include <gtest/gtest.h>

#include <numeric>

namespace toeplab::core
{
namespace
{

TEST(Series, ACopyNeverChanges)
{
    Series<int> series;
    for (int i = 0; i < 1500; ++i)
        series.push_back(i);
    const Series<int> copy = series;
    for (int i = 1500; i < 5000; ++i)
        series.push_back(i);
    ASSERT_EQ(copy.size(), 1500U);
    EXPECT_EQ(copy.back(), 1499);
    ASSERT_EQ(series.size(), 5000U);
    for (int i = 0; i < 5000; ++i)
        ASSERT_EQ(series[static_cast<std::size_t>(i)], i);
}

TEST(Series, TwoCopiesMayGrowApart)
{
    Series<int> first;
    for (int i = 0; i < 10; ++i)
        first.push_back(i);
    Series<int> second = first;
    first.push_back(100);
    second.push_back(200);
    second.push_back(201);
    EXPECT_EQ(first.back(), 100);
    EXPECT_EQ(first.size(), 11U);
    EXPECT_EQ(second[10], 200);
    EXPECT_EQ(second[11], 201);
}

TEST(Series, TruncatedGoesOnFromThere)
{
    std::vector<int> rows(3000);
    std::iota(rows.begin(), rows.end(), 0);
    Series<int> series(rows);
    const Series<int> whole = series;
    for (const std::size_t count : {2500U, 2048U, 1000U, 0U}) {
        series.truncate(count);
        EXPECT_EQ(series.size(), count);
        Series<int> grown = series;
        grown.push_back(-1);
        EXPECT_EQ(grown.back(), -1);
        EXPECT_EQ(grown.size(), count + 1);
    }
    EXPECT_EQ(whole.back(), 2999);
    EXPECT_EQ(whole[1000], 1000);
    series.clear();
    EXPECT_TRUE(series.empty());
}

} // namespace
} // namespace toeplab::core
