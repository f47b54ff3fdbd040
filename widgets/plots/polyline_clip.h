// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QLineF>
#include <QtCore/QRectF>
#include <QtGui/QPolygonF>

#include <vector>

namespace toeplab::widgets
{

/// Geometry that keeps what is drawn inside of the axis rectangle: SVG files have no clipping of Qt's painter.

/// The part of a segment inside (Liang & Barsky 1984); false when there is none.
[[nodiscard]] bool clipSegment(QLineF& segment, const QRectF& box);
/// The parts of a polyline inside; a point that is no number breaks it.
[[nodiscard]] std::vector<QPolygonF> clipPolyline(const QPolygonF& line, const QRectF& box);
/// A filled polygon cut to the box (Sutherland & Hodgman 1974); empty when outside.
[[nodiscard]] QPolygonF clipPolygon(const QPolygonF& polygon, const QRectF& box);

} // namespace toeplab::widgets
