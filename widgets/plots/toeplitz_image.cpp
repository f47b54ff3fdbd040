// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/toeplitz_image.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace toeplab::widgets
{

CellRange cellsOfPixel(int pixel, int pixels, double begin, double end, std::ptrdiff_t count)
{
    const double size = (end - begin) / pixels;
    double first = 0, last = 0;
    if (size <= 1) {
        first = last = std::floor(begin + (pixel + 0.5) * size);
    } else {
        first = std::floor(begin + pixel * size);
        last = std::floor(begin + (pixel + 1) * size) - 1;
    }
    if (last < 0 || first >= double(count))
        return {};
    return {static_cast<std::ptrdiff_t>(std::max(first, 0.0)), std::min(static_cast<std::ptrdiff_t>(last), count - 1)};
}

void fillToeplitz(QImage& image, const LagRangeTable& kernel, const ToeplitzWindow& window, float limit,
                  const ColorMap& colors)
{
    image.fill(Qt::transparent);
    const std::ptrdiff_t n = (kernel.size() + 1) / 2;
    if (n < 1 || image.isNull())
        return;
    const int width = image.width(), height = image.height();
    std::vector<CellRange> columns(static_cast<std::size_t>(width));
    for (int x = 0; x < width; ++x)
        columns[static_cast<std::size_t>(x)] = cellsOfPixel(x, width, window.column_begin, window.column_end, n);
    const float inverse = limit > 0 ? 1 / limit : 0;
    for (int y = 0; y < height; ++y) {
        const CellRange row = cellsOfPixel(y, height, window.row_begin, window.row_end, n);
        if (row.first > row.last)
            continue;
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const CellRange column = columns[static_cast<std::size_t>(x)];
            if (column.first > column.last)
                continue;
            // lag i - j is stored at i - j + n - 1
            const std::ptrdiff_t low = row.first - column.last + n - 1, high = row.last - column.first + n - 1;
            line[x] = colors.signedAt(kernel.extreme(low, high), inverse);
        }
    }
}

} // namespace toeplab::widgets
