// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/polyline_clip.h"

#include <array>
#include <cmath>

namespace toeplab::widgets
{

bool clipSegment(QLineF& segment, const QRectF& box)
{
    const double dx = segment.dx(), dy = segment.dy();
    double enter = 0, leave = 1;
    const std::array<std::array<double, 2>, 4> sides{{{-dx, segment.x1() - box.left()},
                                                      {dx, box.right() - segment.x1()},
                                                      {-dy, segment.y1() - box.top()},
                                                      {dy, box.bottom() - segment.y1()}}};
    for (const auto& [direction, distance] : sides) {
        if (direction == 0) {
            if (distance < 0)
                return false;
            continue;
        }
        const double at = distance / direction;
        if (direction < 0)
            enter = std::max(enter, at);
        else
            leave = std::min(leave, at);
        if (enter > leave)
            return false;
    }
    segment = QLineF(segment.p1() + QPointF(dx, dy) * enter, segment.p1() + QPointF(dx, dy) * leave);
    return true;
}

std::vector<QPolygonF> clipPolyline(const QPolygonF& line, const QRectF& box)
{
    std::vector<QPolygonF> parts;
    QPolygonF part;
    const auto finish = [&] {
        if (part.size() > 1)
            parts.push_back(part);
        part.clear();
    };
    const auto usable = [](const QPointF& p) { return std::isfinite(p.x()) && std::isfinite(p.y()); };
    for (qsizetype i = 1; i < line.size(); ++i) {
        QLineF segment(line[i - 1], line[i]);
        if (!usable(line[i - 1]) || !usable(line[i]) || !clipSegment(segment, box)) {
            finish();
            continue;
        }
        if (part.isEmpty() || part.last() != segment.p1()) {
            finish();
            part << segment.p1();
        }
        part << segment.p2();
        if (segment.p2() != line[i])
            finish();
    }
    finish();
    return parts;
}

QPolygonF clipPolygon(const QPolygonF& polygon, const QRectF& box)
{
    QPolygonF shape = polygon;
    for (int side = 0; side < 4 && !shape.isEmpty(); ++side) {
        const auto inside = [&](const QPointF& p) { // >= 0
            switch (side) {
            case 0:
                return p.x() - box.left();
            case 1:
                return box.right() - p.x();
            case 2:
                return p.y() - box.top();
            default:
                return box.bottom() - p.y();
            }
        };
        QPolygonF cut;
        for (qsizetype i = 0; i < shape.size(); ++i) {
            const QPointF a = shape[i == 0 ? shape.size() - 1 : i - 1], b = shape[i];
            const double da = inside(a), db = inside(b);
            if ((da >= 0) != (db >= 0))
                cut << a + (b - a) * (da / (da - db));
            if (db >= 0)
                cut << b;
        }
        shape = cut;
    }
    return shape;
}

} // namespace toeplab::widgets
