// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/column_reduce.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toeplab::widgets
{

namespace
{

/// First index from `begin` with x[index] >= border: steps that double, then halving; x ascends.
std::size_t seek(std::span<const double> x, std::size_t begin, std::size_t end, double border)
{
    std::size_t step = 32, low = begin;
    while (low + step < end && x[low + step] < border) {
        low += step;
        step *= 2;
    }
    const auto first = x.begin() + static_cast<std::ptrdiff_t>(low);
    const auto last = x.begin() + static_cast<std::ptrdiff_t>(std::min(low + step, end));
    return static_cast<std::size_t>(std::lower_bound(first, last, border) - x.begin());
}

/// One column without gaps, in four lanes that do not wait for each other; false when a value is not finite.
bool wholeColumn(std::span<const double> y, Column& column)
{
    constexpr std::size_t kLanes = 4;
    std::array<double, kLanes> low{}, high{}, broken{};
    low.fill(y[0]);
    high.fill(y[0]);
    std::size_t i = 0;
    for (; i + kLanes <= y.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double value = y[i + lane];
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
            broken[lane] += value * 0; // stays 0 while all are finite
        }
    }
    for (; i < y.size(); ++i) {
        low[0] = std::min(low[0], y[i]);
        high[0] = std::max(high[0], y[i]);
        broken[0] += y[i] * 0;
    }
    column.first = y.front();
    column.last = y.back();
    column.lowest = *std::min_element(low.begin(), low.end());
    column.highest = *std::max_element(high.begin(), high.end());
    return broken[0] + broken[1] + broken[2] + broken[3] == 0;
}

} // namespace

std::vector<Column> reduceToColumns(std::span<const double> x, std::span<const double> y, std::size_t begin,
                                    std::size_t end, std::span<const double> borders)
{
    std::vector<Column> columns;
    columns.reserve(borders.size());
    bool joined = false;
    std::size_t i = borders.empty() ? end : seek(x, begin, end, borders.front());
    for (std::size_t c = 0; c + 1 < borders.size() && i < end; ++c) {
        const std::size_t next = seek(x, i, end, borders[c + 1]);
        if (next == i)
            continue;
        Column column;
        column.column = static_cast<int>(c);
        column.joined = joined;
        if (wholeColumn(y.subspan(i, next - i), column)) {
            columns.push_back(column);
            joined = true;
            i = next;
            continue;
        }
        bool open = false; // with gaps: value by value
        for (; i < next; ++i) {
            const double value = y[i];
            if (!std::isfinite(value)) {
                if (open)
                    columns.push_back(column);
                open = joined = false;
                continue;
            }
            if (!open)
                column = {static_cast<int>(c), value, value, value, value, joined};
            open = joined = true;
            column.lowest = std::min(column.lowest, value);
            column.highest = std::max(column.highest, value);
            column.last = value;
        }
        if (open)
            columns.push_back(column);
    }
    return columns;
}

} // namespace toeplab::widgets
