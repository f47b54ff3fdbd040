// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/column_reduce.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

std::vector<Column> reduceToColumns(std::span<const double> x, std::span<const double> y, std::size_t begin,
                                    std::size_t end, std::span<const double> borders)
{
    std::vector<Column> columns;
    bool joined = false;
    std::size_t i = begin;
    for (std::size_t c = 0; c + 1 < borders.size() && i < end; ++c) {
        while (i < end && x[i] < borders[c])
            ++i;
        Column column;
        bool open = false;
        for (; i < end && x[i] < borders[c + 1]; ++i) {
            const double value = y[i];
            if (!std::isfinite(value)) {
                if (open)
                    columns.push_back(column);
                open = joined = false;
                continue;
            }
            if (!open) {
                column = {static_cast<int>(c), value, value, value, value, joined};
                open = true;
            }
            column.lowest = std::min(column.lowest, value);
            column.highest = std::max(column.highest, value);
            column.last = value;
            joined = true;
        }
        if (open)
            columns.push_back(column);
    }
    return columns;
}

} // namespace toeplab::widgets
