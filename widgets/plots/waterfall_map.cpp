// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/waterfall_map.h"

#include "widgets/plots/toeplitz_image.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

void WaterfallMap::setRows(std::vector<WaterfallRow> rows)
{
    rows_ = std::move(rows);
    invalidate();
}

void WaterfallMap::setLimit(double limit)
{
    if (limit == limit_)
        return;
    limit_ = limit;
    invalidate();
}

void WaterfallMap::setColors(const ColorMap& colors)
{
    colors_ = &colors;
    invalidate();
}

bool WaterfallMap::logarithmic() const
{
    return valueAxis()->scaleType() == QCPAxis::stLogarithmic;
}

int WaterfallMap::rowAt(double step) const
{
    if (rows_.empty())
        return -1;
    const auto place = [&](double value) { return logarithmic() ? std::log(std::max(value, 1e-300)) : value; };
    int best = 0;
    for (int row = 1; row < static_cast<int>(rows_.size()); ++row) {
        const auto distance = [&](int r) {
            return std::abs(place(rows_[static_cast<std::size_t>(r)].step) - place(step));
        };
        if (distance(row) < distance(best))
            best = row;
    }
    return best;
}

void WaterfallMap::fill(QImage& image, const View& view) const
{
    image.fill(Qt::transparent);
    if (rows_.empty())
        return;
    const bool log = logarithmic();
    const auto place = [&](double value) { return log ? std::log(std::max(value, 1e-300)) : value; };
    const std::size_t count = rows_.size();
    std::vector<double> borders(count + 1);
    for (std::size_t r = 1; r < count; ++r)
        borders[r] = (place(rows_[r - 1].step) + place(rows_[r].step)) / 2;
    const double first_gap = count > 1 ? 2 * (borders[1] - place(rows_[0].step)) : 1;
    const double last_gap = count > 1 ? 2 * (place(rows_[count - 1].step) - borders[count - 1]) : 1;
    borders[0] = place(rows_[0].step) - first_gap / 2;
    borders[count] = place(rows_[count - 1].step) + last_gap / 2;

    const double top = place(view.value_top), bottom = place(view.value_bottom);
    const float inverse = limit_ > 0 ? static_cast<float>(1 / limit_) : 0;
    const int width = image.width(), height = image.height();
    // lags are centred on integers; lag k is stored at k + n - 1
    const std::ptrdiff_t lag_count = rows_.front().kernel->size();
    const double shift = (double(lag_count) + 1) / 2 - 0.5;
    std::vector<CellRange> columns;
    for (int x = 0; x < width; ++x)
        columns.push_back(cellsOfPixel(x, width, view.key_left + shift, view.key_right + shift, lag_count));
    for (int y = 0; y < height; ++y) {
        const double a = top + (bottom - top) * y / height, b = top + (bottom - top) * (y + 1) / height;
        const double low = std::min(a, b), high = std::max(a, b), middle = (a + b) / 2;
        if (high <= borders[0] || low >= borders[count])
            continue;
        // the row under the pixel's middle, and those too thin to have one: each belongs to the pixel of its own step
        const auto row_of = [&](double value) {
            const auto next = std::upper_bound(borders.begin(), borders.end(), value);
            return std::clamp<std::ptrdiff_t>(next - borders.begin() - 1, 0, static_cast<std::ptrdiff_t>(count) - 1);
        };
        std::ptrdiff_t first = row_of(middle), last = first;
        while (first > 0 && place(rows_[static_cast<std::size_t>(first) - 1].step) >= low)
            --first;
        while (last + 1 < static_cast<std::ptrdiff_t>(count) &&
               place(rows_[static_cast<std::size_t>(last) + 1].step) < high)
            ++last;
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            float value = 0;
            bool any = false;
            for (std::ptrdiff_t r = first; r <= last; ++r) {
                const LagRangeTable& kernel = *rows_[static_cast<std::size_t>(r)].kernel;
                const CellRange lags = columns[static_cast<std::size_t>(x)];
                if (lags.first > lags.last || lags.last >= kernel.size())
                    continue;
                const float here = kernel.extreme(lags.first, lags.last);
                if (!any || std::fabs(here) > std::fabs(value))
                    value = here;
                any = true;
            }
            if (any)
                line[x] = colors_->signedAt(value, inverse);
        }
    }
}

} // namespace toeplab::widgets
