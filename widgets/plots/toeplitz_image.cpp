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

namespace
{

/// Extremes over windows of blocks of lags, for intervals of nearly one length: the lags of all pixels of a view.
class ViewTable
{
public:
    /// Indices low..high of the kernel are in view; the shortest interval asked for holds `shortest` lags.
    ViewTable(const LagRangeTable& kernel, std::ptrdiff_t low, std::ptrdiff_t high, std::ptrdiff_t shortest) : low_(low)
    {
        while ((shortest >> shift_) >= 32)
            ++shift_;
        const std::vector<float>& values = kernel.values();
        const std::ptrdiff_t size = std::ptrdiff_t{1} << shift_;
        windows_.reserve(static_cast<std::size_t>((high - low) / size + 1));
        for (std::ptrdiff_t begin = low; begin <= high; begin += size) {
            float best = values[static_cast<std::size_t>(begin)];
            for (std::ptrdiff_t i = begin + 1; i < std::min(begin + size, high + 1); ++i)
                best = LagRangeTable::larger(best, values[static_cast<std::size_t>(i)]);
            windows_.push_back(best);
        }
        const std::ptrdiff_t blocks = (shortest + size - 1) >> shift_;
        for (; 2 * window_ <= blocks; window_ *= 2) { // each pass doubles the windows
            for (std::size_t i = 0; i + static_cast<std::size_t>(window_) < windows_.size(); ++i)
                windows_[i] = LagRangeTable::larger(windows_[i], windows_[i + static_cast<std::size_t>(window_)]);
        }
    }
    [[nodiscard]] float extreme(std::ptrdiff_t low, std::ptrdiff_t high) const
    {
        std::ptrdiff_t first = (low - low_) >> shift_;
        const std::ptrdiff_t last = std::max(((high - low_) >> shift_) - window_ + 1, std::ptrdiff_t{0});
        float best = windows_[static_cast<std::size_t>(last)];
        for (; first < last; first += window_)
            best = LagRangeTable::larger(best, windows_[static_cast<std::size_t>(first)]);
        return best;
    }

private:
    std::ptrdiff_t low_;
    int shift_ = 0;             ///< blocks of 2^shift_ lags
    std::ptrdiff_t window_ = 1; ///< blocks in a window
    std::vector<float> windows_;
};

struct Spread {
    std::ptrdiff_t low = 0, high = -1; ///< cells in view
    std::ptrdiff_t fewest = 1;         ///< that a pixel covers, but for those that the matrix' edge cuts
};

Spread spreadOf(const std::vector<CellRange>& ranges)
{
    Spread spread;
    for (const CellRange& range : ranges) {
        if (range.first > range.last)
            continue;
        if (spread.high < spread.low)
            spread.low = range.first;
        spread.high = std::max(spread.high, range.last);
    }
    bool found = false;
    for (const CellRange& range : ranges) {
        if (range.first > range.last || range.first == spread.low || range.last == spread.high)
            continue;
        const std::ptrdiff_t count = range.last - range.first + 1;
        spread.fewest = found ? std::min(spread.fewest, count) : count;
        found = true;
    }
    return spread;
}

} // namespace

void fillToeplitz(QImage& image, const LagRangeTable& kernel, const ToeplitzWindow& window, float limit,
                  const ColorMap& colors)
{
    image.fill(Qt::transparent);
    const std::ptrdiff_t n = (kernel.size() + 1) / 2;
    if (n < 1 || image.isNull())
        return;
    const int width = image.width(), height = image.height();
    std::vector<CellRange> columns, rows;
    for (int x = 0; x < width; ++x)
        columns.push_back(cellsOfPixel(x, width, window.column_begin, window.column_end, n));
    for (int y = 0; y < height; ++y)
        rows.push_back(cellsOfPixel(y, height, window.row_begin, window.row_end, n));
    const Spread across = spreadOf(columns), down = spreadOf(rows);
    if (across.high < across.low || down.high < down.low)
        return;
    // lag i - j is stored at i - j + n - 1
    const std::ptrdiff_t shortest = down.fewest + across.fewest - 1;
    const ViewTable table(kernel, down.low - across.high + n - 1, down.high - across.low + n - 1, shortest);
    const float inverse = limit > 0 ? 1 / limit : 0;
    for (int y = 0; y < height; ++y) {
        const CellRange row = rows[static_cast<std::size_t>(y)];
        if (row.first > row.last)
            continue;
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const CellRange column = columns[static_cast<std::size_t>(x)];
            if (column.first > column.last)
                continue;
            const std::ptrdiff_t low = row.first - column.last + n - 1, high = row.last - column.first + n - 1;
            const bool cut = high - low + 1 < shortest; // by the edge of the matrix
            line[x] = colors.signedAt(cut ? kernel.extreme(low, high) : table.extreme(low, high), inverse);
        }
    }
}

} // namespace toeplab::widgets
