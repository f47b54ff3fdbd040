// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/color_map.h"
#include "widgets/plots/lag_range_table.h"
#include "widgets/plots/toeplitz_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <random>

namespace toeplab::widgets
{
namespace
{

std::vector<float> noise(std::size_t count, float size, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-size, size);
    std::vector<float> values(count);
    for (float& value : values)
        value = uniform(random);
    return values;
}

TEST(LagRangeTable, EqualsTheScanOverEveryInterval)
{
    for (const std::size_t count : {1U, 2U, 15U, 16U, 17U, 33U, 100U, 257U}) {
        const std::vector<float> values = noise(count, 1, static_cast<unsigned>(count));
        const LagRangeTable table(values);
        for (std::size_t low = 0; low < count; ++low) {
            float expected = values[low];
            for (std::size_t high = low; high < count; ++high) {
                if (std::abs(values[high]) > std::abs(expected))
                    expected = values[high];
                ASSERT_EQ(table.extreme(std::ptrdiff_t(low), std::ptrdiff_t(high)), expected)
                    << count << " lags, " << low << " to " << high;
            }
        }
    }
}

TEST(LagRangeTable, NotANumberIsNeverHidden)
{
    std::vector<float> values(100, 0.5F);
    values[40] = std::nanf("");
    const LagRangeTable table(values);
    EXPECT_TRUE(std::isinf(table.extreme(0, 99)));
    EXPECT_EQ(table.extreme(0, 39), 0.5F);
    EXPECT_EQ(LagRangeTable().peak(), 0);
}

TEST(CellsOfPixel, PartitionTheCellsWherePixelsAreLarger)
{
    for (const int pixels : {1, 7, 100, 559}) {
        std::ptrdiff_t next = 0;
        for (int pixel = 0; pixel < pixels; ++pixel) {
            const CellRange cells = cellsOfPixel(pixel, pixels, 0, 1000, 1000);
            EXPECT_EQ(cells.first, next) << pixels;
            next = cells.last + 1;
        }
        EXPECT_EQ(next, 1000) << pixels;
    }
}

/// U3: a spike of one lag is seen in every row of pixels that its diagonal passes, however many cells a pixel covers.
TEST(ToeplitzImage, ASpikeAtLagFourIsVisibleAtEveryZoom)
{
    constexpr int kSize = 559;
    const ColorMap& colors = ColorMap::diverging(ThemeKind::Light);
    for (std::ptrdiff_t n = 16; n <= 1'048'576; n *= 4) {
        std::vector<float> values = noise(static_cast<std::size_t>(2 * n - 1), 0.01F, 7);
        values[static_cast<std::size_t>(n - 1 + 4)] = 1;
        const LagRangeTable table(values);
        for (double part = 1; part * double(n) >= 8; part /= 4) { // zoom into the upper left corner
            QImage image(kSize, kSize, QImage::Format_ARGB32_Premultiplied);
            const double cells = part * double(n);
            fillToeplitz(image, table, {0, cells, 0, cells}, 1, colors);
            int rows = 0, expected = 0;
            for (int y = 0; y < kSize; ++y) {
                const CellRange row = cellsOfPixel(y, kSize, 0, cells, n);
                if (row.last >= 4) // row i holds lag 4 at column i - 4
                    ++expected;
                const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
                rows +=
                    std::any_of(line, line + kSize, [&](QRgb pixel) { return pixel == colors.signedAt(1, 1); }) ? 1 : 0;
            }
            EXPECT_EQ(rows, expected) << "n = " << n << ", " << cells << " cells in view";
            EXPECT_GT(rows, kSize / 3);
        }
    }
}

TEST(ToeplitzImage, ZoomedInEveryPixelIsItsCell)
{
    constexpr std::ptrdiff_t kN = 16;
    const std::vector<float> values = noise(2 * kN - 1, 1, 3);
    const LagRangeTable table(values);
    const ColorMap& colors = ColorMap::diverging(ThemeKind::Dark);
    QImage image(320, 320, QImage::Format_ARGB32_Premultiplied);
    fillToeplitz(image, table, {0, 16, 0, 16}, 1, colors);
    for (int i = 0; i < 16; ++i) {
        for (int j = 0; j < 16; ++j) {
            for (const int offset : {0, 10, 19}) { // both edges of the cell and its middle
                ASSERT_EQ(image.pixel(20 * j + offset, 20 * i + offset),
                          colors.signedAt(values[static_cast<std::size_t>(i - j + kN - 1)], 1))
                    << i << ", " << j;
            }
        }
    }
    fillToeplitz(image, table, {-16, 0, -16, 0}, 1, colors); // nothing of the matrix in view
    EXPECT_EQ(qAlpha(image.pixel(100, 100)), 0);
}

TEST(ToeplitzImage, TimeOfAFillIsReported)
{
    for (const std::ptrdiff_t n : {512, 4096, 65'536, 1'048'576}) {
        const LagRangeTable table(noise(static_cast<std::size_t>(2 * n - 1), 1, 5));
        QImage image(800, 800, QImage::Format_ARGB32_Premultiplied);
        double best = 1e9;
        for (int repeat = 0; repeat < 5; ++repeat) {
            const std::clock_t start = std::clock();
            fillToeplitz(image, table, {0, double(n), 0, double(n)}, 1, ColorMap::diverging(ThemeKind::Light));
            best = std::min(best, 1000.0 * double(std::clock() - start) / CLOCKS_PER_SEC);
        }
        std::printf("Toeplitz map, 800 x 800 pixels, n = %td: %.2f ms\n", n, best);
        EXPECT_NE(image.pixel(400, 400), image.pixel(0, 799)); // it was filled
    }
}

TEST(ColorMap, DivergingIsThePanelAtZeroAndSymmetric)
{
    for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
        const ColorMap& map = ColorMap::diverging(kind);
        const QColor zero(map.signedAt(0, 1));
        EXPECT_LT(std::abs(zero.red() - theme(kind).panel.red()), 3);
        EXPECT_LT(std::abs(zero.blue() - theme(kind).panel.blue()), 3);
        EXPECT_EQ(map.signedAt(5, 1), map.signedAt(1, 1)); // beyond the limit
        EXPECT_GT(QColor(map.signedAt(1, 1)).red(), QColor(map.signedAt(1, 1)).blue());
        EXPECT_GT(QColor(map.signedAt(-1, 1)).blue(), QColor(map.signedAt(-1, 1)).red());
        EXPECT_GT(contrast(QColor(map.signedAt(1, 1)), theme(kind).panel), 4.5);
        EXPECT_GT(contrast(QColor(map.signedAt(-1, 1)), theme(kind).panel), 4.5);
    }
    EXPECT_EQ(ColorMap::named("viridis").table().size(), std::size_t{ColorMap::kSize});
    EXPECT_EQ(ColorMap::named("phase").at(0), ColorMap::named("phase").at(1)); // cyclic
}

TEST(Theme, EveryCurveStandsOutFromThePanel)
{
    for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
        const Theme& colors = theme(kind);
        for (const QColor& curve : colors.curves)
            EXPECT_GT(contrast(curve, colors.panel), 3.4);
        EXPECT_GT(contrast(colors.text, colors.panel), 13);
        EXPECT_GT(contrast(colors.muted, colors.panel), 5.9);
        for (int layers = 1; layers <= 12; ++layers) {
            for (int layer = 1; layer <= layers; ++layer)
                EXPECT_GT(contrast(layerColor(colors, layer, layers), colors.panel), 3) << layer << " of " << layers;
        }
        EXPECT_NE(curvePen(colors, 0, 1).color(), curvePen(colors, 1, 1).color());
        EXPECT_EQ(curvePen(colors, 2, 1).style(), Qt::SolidLine);
        EXPECT_NE(curvePen(colors, 3, 1).style(), Qt::SolidLine);
        EXPECT_NE(curvePen(colors, 8, 1), curvePen(colors, 0, 1)); // the same colour again, another dash
    }
}

} // namespace
} // namespace toeplab::widgets
