// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/color_map.h"
#include "widgets/plots/lag_range_table.h"

#include <QtGui/QImage>

#include <cstddef>

namespace toeplab::widgets
{

/// A part of the n x n matrix T_ij = t_{i-j} in cells: row 0 on top, cell (i, j) covers [i, i+1) x [j, j+1).
struct ToeplitzWindow {
    double row_begin = 0, row_end = 0, column_begin = 0, column_end = 0;
};

/// Cells first..last of one pixel; first > last: outside of the matrix.
struct CellRange {
    std::ptrdiff_t first = 0, last = -1;
};
/// Of pixel `pixel` of `pixels` over [begin, end): every cell belongs to exactly one pixel where pixels are larger than
/// cells, the cell under the pixel's centre where they are smaller.
[[nodiscard]] CellRange cellsOfPixel(int pixel, int pixels, double begin, double end, std::ptrdiff_t count);

/// Fills an image (Format_ARGB32_Premultiplied) with the matrix: each pixel takes the value of largest size among all
/// cells under it, by two look-ups in a table of the view. Exact where a pixel covers up to 31 lags; beyond, its
/// interval of lags is rounded outwards by less than a sixteenth, so that the table stays in the cache. Cost: pixels,
/// and the lags in view once. Pixels outside stay transparent. kernel: 2n-1 lags from -(n-1); limit: the value at the
/// end of the colours.
void fillToeplitz(QImage& image, const LagRangeTable& kernel, const ToeplitzWindow& window, float limit,
                  const ColorMap& colors);

} // namespace toeplab::widgets
