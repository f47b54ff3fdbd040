// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace toeplab::widgets
{

/// What a pixel column of a dense curve consists of; nothing that was there is lost to the eye.
struct Column {
    int column = 0; ///< 0-based
    double first = 0, lowest = 0, highest = 0, last = 0;
    bool joined = false; ///< no gap between this column's first point and the one before it
};

/// Groups points begin..end by columns: column c holds borders[c] <= x < borders[c + 1] (ascending). Points that are
/// not finite break the line. O(points + columns).
[[nodiscard]] std::vector<Column> reduceToColumns(std::span<const double> x, std::span<const double> y,
                                                  std::size_t begin, std::size_t end, std::span<const double> borders);

} // namespace toeplab::widgets
