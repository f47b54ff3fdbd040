// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/column_reduce.h"
#include "widgets/plots/number_format.h"
#include "widgets/plots/polyline_clip.h"
#include "widgets/plots/tick_layout.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

QString joined(const std::vector<QString>& labels)
{
    QStringList list;
    for (const QString& label : labels)
        list << label;
    return list.join(QLatin1Char(' '));
}

TickSpace space(double length)
{
    TickSpace result;
    result.length = length;
    result.extent = [](const QString& text) { return 7.0 * double(text.size()); };
    return result;
}

TEST(NumberFormat, IsThatOfPrint)
{
    EXPECT_EQ(formatValue(0.8124), QStringLiteral("0.812"));
    EXPECT_EQ(formatValue(12400), QStringLiteral("12,400"));
    EXPECT_EQ(formatValue(0.9996), QStringLiteral("1.00"));
    EXPECT_EQ(formatValue(3.14e-5), QStringLiteral("3.14×10⁻⁵"));
    EXPECT_EQ(formatValue(-4), QStringLiteral("−4.00"));
    EXPECT_EQ(formatShortest(2e-4), QStringLiteral("0.0002"));
    EXPECT_EQ(formatShortest(0.003), QStringLiteral("0.003"));
    EXPECT_EQ(formatShortest(0.0029713, 3), QStringLiteral("0.00297"));
    EXPECT_EQ(formatShortest(2e-5), QStringLiteral("2×10⁻⁵"));
    EXPECT_EQ(formatShortest(-1.25e-6), QStringLiteral("−1.25×10⁻⁶"));
    EXPECT_EQ(formatShortest(12500), QStringLiteral("12,500"));
    EXPECT_EQ(formatValue(0), QStringLiteral("0"));
    EXPECT_EQ(formatValue(std::nan("")), QStringLiteral("not a number"));
    EXPECT_EQ(formatInteger(1048576), QStringLiteral("1,048,576"));
    EXPECT_EQ(formatInteger(-2047), QStringLiteral("−2,047"));
    EXPECT_EQ(formatFixed(-0.001, 2), QStringLiteral("0.00")); // no minus zero
    EXPECT_EQ(formatScientific(1e-3, 0), QStringLiteral("10⁻³"));
    EXPECT_EQ(formatDuration(192), QStringLiteral("3 min 12 s"));
    EXPECT_EQ(formatDuration(7500), QStringLiteral("2 h 5 min"));
}

TEST(Ticks, AreWhatAPersonWouldDraw)
{
    EXPECT_EQ(joined(linearTicks(0, 1, false, space(400)).labels), QStringLiteral("0.0 0.2 0.4 0.6 0.8 1.0"));
    EXPECT_EQ(joined(linearTicks(-2047, 2047, true, space(400)).labels), QStringLiteral("−2,000 −1,000 0 1,000 2,000"));
    EXPECT_EQ(joined(linearTicks(0, 3, true, space(400)).labels), QStringLiteral("0 1 2 3"));
    EXPECT_EQ(joined(logTicks(1, 1e4, space(400)).labels), QStringLiteral("1 10 100 1,000 10,000"));
    EXPECT_EQ(joined(logTicks(1e-5, 1e-1, space(400)).labels), QStringLiteral("10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹"));
    EXPECT_EQ(joined(piTicks(0, 3.1416, space(400)).labels), QStringLiteral("0 π/4 π/2 3π/4 π"));
    EXPECT_EQ(joined(timeTicks(0, 600, space(400)).labels), QStringLiteral("0 2 min 4 min 6 min 8 min 10 min"));
    EXPECT_EQ(joined(asinhTicks(-std::asinh(1000), std::asinh(1000), 1, space(400)).labels),
              QStringLiteral("−1,000 −10 0 10 1,000"));
}

TEST(Ticks, OneAloneIsNoScaleWhereTwoFit)
{
    TickSpace low = space(50); // a low plot: three labels would touch
    low.extent = [](const QString&) { return 15.0; };
    low.gap = 7;
    EXPECT_EQ(joined(linearTicks(-0.035, 0.037, false, low).labels), QStringLiteral("−0.025 0.025"));
}

TEST(Ticks, OfAnAsinhAxisStayInsideHoweverFarItsOtherEndIs)
{
    const double low = 3, high = 17.4; // 0.1002 to 180,000: 0.1 is just outside
    const TickSet set = asinhTicks(low, high, 0.01, space(720));
    ASSERT_FALSE(set.ticks.empty());
    EXPECT_GE(set.ticks.front(), low);
    EXPECT_LE(set.ticks.back(), high);
    EXPECT_NE(set.labels.front(), QStringLiteral("0.1"));
}

RC_GTEST_PROP(Ticks, LabelsNeverTouchAndNeverExceedSeven, ())
{
    const double low = *rc::gen::inRange(-100000, 100000) / 7.0;
    const double span = std::pow(10.0, *rc::gen::inRange(-5, 7)) * *rc::gen::inRange(1, 999) / 100.0;
    const double length = *rc::gen::inRange(20, 3000);
    const double high = low + span;
    struct Case {
        TickSet set;
        std::function<double(double)> place;
    };
    const auto linear = [=](double value) { return (value - low) / span; };
    const double a = std::abs(low) + span / 1000, b = a + span;
    const auto logarithmic = [=](double value) { return std::log(value / a) / std::log(b / a); };
    const double c = std::fmod(low, 10), d = c + 1 + std::fmod(span, 15);
    const auto plain = [=](double value) { return (value - c) / (d - c); };
    const TickSpace room = space(length);
    for (const Case& entry :
         {Case{linearTicks(low, high, false, room), linear}, Case{linearTicks(low, high, true, room), linear},
          Case{logTicks(a, b, room), logarithmic}, Case{asinhTicks(c, d, 0.01, room), plain},
          Case{timeTicks(std::abs(low), std::abs(low) + span, room),
               [=](double v) { return (v - std::abs(low)) / span; }},
          Case{piTicks(c, d, room), plain}}) {
        // What a double can tell apart, on axes far from zero and short.
        const double slack =
            length * (1e-6 + 8 * std::numeric_limits<double>::epsilon() * (std::abs(low) + span) / span);
        RC_ASSERT(entry.set.ticks.size() == entry.set.labels.size());
        RC_ASSERT(entry.set.ticks.size() <= 7u);
        double end = -1e300;
        for (std::size_t i = 0; i < entry.set.ticks.size(); ++i) {
            const double centre = entry.place(entry.set.ticks[i]) * length, half = room.extent(entry.set.labels[i]) / 2;
            RC_ASSERT(centre >= -slack);
            RC_ASSERT(centre <= length + slack);
            RC_ASSERT(centre - half >= end - slack);
            end = centre + half;
        }
    }
}

TEST(Ticks, WideAxesHaveFourToSeven)
{
    for (double span = 1e-6; span < 1e9; span *= 1.37) {
        const auto ticks = linearTicks(0, span, false, space(600)).ticks;
        EXPECT_GE(ticks.size(), 3U) << span;
        EXPECT_LE(ticks.size(), 7U) << span;
    }
}

TEST(Ticks, RefuseWhatIsNoRange)
{
    EXPECT_TRUE(linearTicks(1, 1, false, space(100)).ticks.empty());
    EXPECT_TRUE(logTicks(-1, 1, space(100)).ticks.empty());
    EXPECT_TRUE(linearTicks(0, std::numeric_limits<double>::infinity(), false, space(100)).ticks.empty());
}

TEST(Columns, KeepFirstSmallestLargestAndLast)
{
    const std::vector<double> x{0, 0.1, 0.2, 0.3, 1.5, 2.5}, borders{0, 1, 2, 3};
    const double none = std::nan("");
    const auto columns = reduceToColumns(x, std::vector<double>{1, 9, -3, 2, none, 4}, 0, 6, borders);
    ASSERT_EQ(columns.size(), 2U);
    EXPECT_EQ(columns[0].first, 1);
    EXPECT_EQ(columns[0].lowest, -3);
    EXPECT_EQ(columns[0].highest, 9);
    EXPECT_EQ(columns[0].last, 2);
    EXPECT_EQ(columns[1].column, 2);
    EXPECT_FALSE(columns[1].joined); // the value before it is no number
}

RC_GTEST_PROP(Columns, EqualTheScanOfEveryColumn, (const std::vector<int>& raw))
{
    RC_PRE(!raw.empty());
    std::vector<double> x, y;
    double place = 0;
    for (const int value : raw) {
        place += std::abs(value % 7) * 0.13;
        x.push_back(place);
        y.push_back(value % 11 == 5 ? std::nan("") : value);
    }
    std::vector<double> borders;
    for (int c = 0; c <= 8; ++c)
        borders.push_back(c * std::max(place, 1.0) / 8);
    std::size_t finite = 0;
    for (const Column& column : reduceToColumns(x, y, 0, x.size(), borders)) {
        const auto c = static_cast<std::size_t>(column.column);
        double low = 1e300, high = -1e300;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] >= borders[c] && x[i] < borders[c + 1] && std::isfinite(y[i])) {
                low = std::min(low, y[i]);
                high = std::max(high, y[i]);
            }
        }
        RC_ASSERT(column.lowest >= low && column.highest <= high);
        RC_ASSERT(column.lowest <= column.first && column.first <= column.highest);
        RC_ASSERT(column.lowest <= column.last && column.last <= column.highest);
        if (std::none_of(y.begin(), y.end(), [](double v) { return std::isnan(v); }))
            RC_ASSERT(column.lowest == low && column.highest == high);
        ++finite;
    }
    RC_ASSERT(finite > 0 || std::all_of(y.begin(), y.end(), [](double v) { return std::isnan(v); }) ||
              x.back() >= borders.back());
}

RC_GTEST_PROP(Clip, NothingIsLeftOutsideOfTheBox, (const std::vector<std::pair<int, int>>& points))
{
    const QRectF box(0, 0, 50, 30);
    QPolygonF line;
    for (const auto& [x, y] : points)
        line << QPointF(x % 200, y % 200);
    const QRectF grown = box.adjusted(-1e-9, -1e-9, 1e-9, 1e-9);
    for (const QPolygonF& part : clipPolyline(line, box)) {
        RC_ASSERT(part.size() >= 2);
        for (const QPointF& point : part)
            RC_ASSERT(grown.contains(point));
    }
    for (const QPointF& point : clipPolygon(line, box))
        RC_ASSERT(grown.contains(point));
}

TEST(Clip, KeepsWhatIsInside)
{
    const QRectF box(0, 0, 10, 10);
    const auto parts = clipPolyline(QPolygonF({{-5, 5}, {5, 5}, {5, 15}, {8, 15}, {8, 5}}), box);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0], QPolygonF({{0, 5}, {5, 5}, {5, 10}}));
    EXPECT_EQ(parts[1], QPolygonF({{8, 10}, {8, 5}}));
}

} // namespace
} // namespace toeplab::widgets
