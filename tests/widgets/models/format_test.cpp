// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/format.h"

#include <gtest/gtest.h>

#include <limits>

namespace toeplab::widgets::format
{
namespace
{

TEST(Format, StepsHaveSeparators)
{
    EXPECT_EQ(steps(7), QStringLiteral("7"));
    EXPECT_EQ(steps(12'400), QStringLiteral("12,400"));
}

TEST(Format, NumbersHaveThreeSignificantDigitsAndATrueMinus)
{
    EXPECT_EQ(number(0.83249), QStringLiteral("0.832"));
    EXPECT_EQ(number(12.345), QStringLiteral("12.3"));
    EXPECT_EQ(number(12'345.6), QStringLiteral("12,346"));
    EXPECT_EQ(number(-0.5), QStringLiteral("−0.500"));
    EXPECT_EQ(number(0.000031), QStringLiteral("3.1×10⁻⁵"));
    EXPECT_EQ(number(0), QStringLiteral("0"));
    EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), QStringLiteral("–"));
}

TEST(Format, DurationsReadAsSpoken)
{
    EXPECT_EQ(duration(8.4), QStringLiteral("8 s"));
    EXPECT_EQ(duration(192), QStringLiteral("3 min 12 s"));
    EXPECT_EQ(duration(185), QStringLiteral("3 min 05 s"));
    EXPECT_EQ(duration(2 * 3600 + 300), QStringLiteral("2 h 05 min"));
    EXPECT_EQ(duration(76 * 3600), QStringLiteral("3 d 4 h"));
    EXPECT_EQ(duration(-1), QStringLiteral("–"));
}

TEST(Format, SizesRatesSharesAndAges)
{
    EXPECT_EQ(mebibytes(412.4), QStringLiteral("412 MiB"));
    EXPECT_EQ(mebibytes(1536), QStringLiteral("1.50 GiB"));
    EXPECT_EQ(stepsPerSecond(18.42), QStringLiteral("18.4 steps/s"));
    EXPECT_EQ(stepsPerSecond(0.421), QStringLiteral("0.42 steps/s"));
    EXPECT_EQ(percent(0.8312), QStringLiteral("83.1 %"));
    EXPECT_EQ(ago(0.2), QStringLiteral("just now"));
    EXPECT_EQ(ago(3), QStringLiteral("3 s ago"));
    EXPECT_EQ(learningRate(5e-4), QStringLiteral("0.0005"));
    EXPECT_EQ(learningRate(1.5e-5), QStringLiteral("0.000015")) << "as it is typed, never 1.5e-05";
    EXPECT_EQ(learningRate(1e-6), QStringLiteral("0.000001"));
    EXPECT_EQ(learningRate(2.5e-9), QStringLiteral("2.5e-9"));
}

} // namespace
} // namespace toeplab::widgets::format
