// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/column_reduce.h"

#include <QtCore/QRectF>
#include <QtGui/QPolygonF>

#include <vector>

class QPainter;
class QPen;

namespace toeplab::widgets
{

/// Lines drawn fast where it matters. Columns hold pixels of the plot (lowest: smallest y, the uppermost).

/// One bar a pixel column, its ends blended: what a thin line looks like when it passes through every column, at a
/// small part of the cost of stroking it. Dashes follow the line's length. ratio: device pixels in a unit.
void paintColumns(QPainter& painter, const std::vector<Column>& columns, const QRectF& box, double ratio,
                  const QPen& pen);

/// first, lowest, highest, last of each column in turn, with breaks (NaN) where the data has them.
[[nodiscard]] QPolygonF columnsToPolyline(const std::vector<Column>& columns, double left, double ratio);

/// A polyline clipped to the box, with the painter's pen; solid lines on raster devices segment by segment (Qt strokes
/// a long polyline as one outline, hundreds of times slower).
void paintLines(QPainter& painter, const QPolygonF& line, const QRectF& box);

} // namespace toeplab::widgets
