// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/column_painter.h"

#include "widgets/plots/polyline_clip.h"

#include <QtGui/QPaintEngine>
#include <QtGui/QPainter>
#include <QtGui/QPen>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

/// Whether a dashed pen is down after `length` of line.
class Dashes
{
public:
    explicit Dashes(const QPen& pen, double width)
    {
        if (pen.style() == Qt::SolidLine)
            return;
        for (const qreal part : pen.dashPattern())
            parts_.push_back(part * width);
        for (const double part : parts_)
            period_ += part;
    }
    [[nodiscard]] bool solid() const { return period_ <= 0; }
    [[nodiscard]] bool down(double length) const
    {
        double place = std::fmod(length, period_);
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (place < parts_[i])
                return i % 2 == 0;
            place -= parts_[i];
        }
        return true;
    }

private:
    std::vector<double> parts_;
    double period_ = 0;
};

constexpr int kLevels = 8; ///< of transparency at the ends of bars

} // namespace

void paintColumns(QPainter& painter, const std::vector<Column>& columns, const QRectF& box, double ratio,
                  const QPen& pen)
{
    std::array<QVector<QRect>, kLevels + 1> bars; // by opacity
    const double top = box.top() * ratio, bottom = box.bottom() * ratio;
    const int left = static_cast<int>(std::lround(box.left() * ratio));
    const double width = std::max(pen.widthF() * ratio, 1.0);
    const Dashes dashes(pen, width);
    double length = 0;
    const auto add = [&](int x, double y, double height, double opacity) {
        const int level = static_cast<int>(std::lround(opacity * kLevels));
        if (level > 0 && height > 0)
            bars[static_cast<std::size_t>(level)].push_back(QRect(x, static_cast<int>(y), 1, static_cast<int>(height)));
    };
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        if (!std::isfinite(column.lowest) || !std::isfinite(column.highest))
            continue;
        double low = column.lowest, high = column.highest;
        // neighbours meet half way
        if (column.joined && i > 0 && std::isfinite(columns[i - 1].last)) {
            const double middle = (columns[i - 1].last + column.first) / 2;
            low = std::min(low, middle);
            high = std::max(high, middle);
        }
        if (i + 1 < columns.size() && columns[i + 1].joined && std::isfinite(columns[i + 1].first)) {
            const double middle = (column.last + columns[i + 1].first) / 2;
            low = std::min(low, middle);
            high = std::max(high, middle);
        }
        if (!dashes.solid()) {
            length += std::hypot(1, (high - low) * ratio);
            if (!dashes.down(length))
                continue;
        }
        const double from = std::max(low * ratio + 0.5 - width / 2, top),
                     to = std::min(high * ratio + 0.5 + width / 2, bottom);
        if (!(to > from))
            continue;
        const int x = left + column.column;
        const double first_full = std::ceil(from), last_full = std::floor(to);
        if (last_full < first_full) {
            add(x, std::floor(from), 1, to - from);
            continue;
        }
        add(x, first_full - 1, 1, first_full - from);
        add(x, first_full, last_full - first_full, 1);
        add(x, last_full, 1, to - last_full);
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    if (ratio != 1)
        painter.scale(1 / ratio, 1 / ratio);
    for (int level = 1; level <= kLevels; ++level) {
        const QVector<QRect>& rects = bars[static_cast<std::size_t>(level)];
        if (rects.isEmpty())
            continue;
        QColor color = pen.color();
        color.setAlphaF(color.alphaF() * static_cast<float>(level) / kLevels);
        painter.setBrush(color);
        painter.drawRects(rects);
    }
    painter.restore();
}

QPolygonF columnsToPolyline(const std::vector<Column>& columns, double left, double ratio)
{
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    QPolygonF line;
    line.reserve(static_cast<qsizetype>(4 * columns.size()));
    for (const Column& column : columns) {
        const double x = left + (column.column + 0.5) / ratio, step = 0.25 / ratio;
        if (!column.joined && !line.isEmpty())
            line << QPointF(kNone, kNone);
        line << QPointF(x - step, column.first);
        if (column.highest - column.lowest > std::abs(column.last - column.first)) {
            const bool up_first = std::abs(column.lowest - column.first) < std::abs(column.highest - column.first);
            line << QPointF(x - step / 3, up_first ? column.lowest : column.highest)
                 << QPointF(x + step / 3, up_first ? column.highest : column.lowest);
        }
        line << QPointF(x + step, column.last);
    }
    return line;
}

void paintLines(QPainter& painter, const QPolygonF& line, const QRectF& box)
{
    const bool raster = painter.paintEngine() && painter.paintEngine()->type() == QPaintEngine::Raster;
    const bool fast = raster && painter.pen().style() == Qt::SolidLine && painter.pen().widthF() < 3;
    for (const QPolygonF& part : clipPolyline(line, box)) {
        if (!fast) {
            painter.drawPolyline(part);
            continue;
        }
        QVector<QLineF> segments;
        segments.reserve(part.size());
        for (qsizetype i = 1; i < part.size(); ++i)
            segments.push_back(QLineF(part[i - 1], part[i]));
        painter.drawLines(segments);
    }
}

} // namespace toeplab::widgets
