// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/curve.h"

#include "widgets/plots/column_painter.h"
#include "widgets/plots/column_reduce.h"
#include "widgets/plots/polyline_clip.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Pens up to this many device pixels are drawn column by column; wider ones show their joints and go the slow way.
constexpr double kColumnPenLimit = 2.6;

} // namespace

void Curve::setData(std::vector<double> x, std::vector<double> y)
{
    x_ = std::move(x);
    y_ = std::move(y);
    y_.resize(x_.size(), kNone);
}

void Curve::append(double x, double y)
{
    x_.push_back(x);
    y_.push_back(y);
}

void Curve::clear()
{
    x_.clear();
    y_.clear();
}

void Curve::setMarker(Marker marker, double size)
{
    marker_ = marker;
    marker_size_ = size;
}

std::optional<std::size_t> Curve::nearest(double x) const
{
    if (x_.empty())
        return std::nullopt;
    const auto after = std::lower_bound(x_.begin(), x_.end(), x);
    if (after == x_.begin())
        return 0;
    const auto at = static_cast<std::size_t>(after - x_.begin());
    if (after == x_.end() || x - x_[at - 1] < x_[at] - x)
        return at - 1;
    return at;
}

QPointF Curve::toPixel(double x, double y) const
{
    if (!std::isfinite(x) || !std::isfinite(y) || (keyAxis()->scaleType() == QCPAxis::stLogarithmic && x <= 0) ||
        (valueAxis()->scaleType() == QCPAxis::stLogarithmic && y <= 0))
        return {kNone, kNone};
    return {keyAxis()->coordToPixel(x), valueAxis()->coordToPixel(y)};
}

QPointF Curve::pixelOf(std::size_t point) const
{
    return toPixel(x_[point], y_[point]);
}

Curve::Slice Curve::slice() const
{
    const QCPRange range = keyAxis()->range();
    auto begin = std::lower_bound(x_.begin(), x_.end(), range.lower);
    auto end = std::upper_bound(x_.begin(), x_.end(), range.upper);
    if (begin != x_.begin())
        --begin;
    if (end != x_.end())
        ++end;
    return {static_cast<std::size_t>(begin - x_.begin()), static_cast<std::size_t>(end - x_.begin())};
}

double Curve::selectTest(const QPointF& position, bool /*only_selectable*/, QVariant* /*details*/) const
{
    const auto point = nearest(keyAxis()->pixelToCoord(position.x()));
    if (!point)
        return -1;
    const QPointF pixel = pixelOf(*point);
    return std::isfinite(pixel.x()) ? QLineF(pixel, position).length() : -1;
}

QCPRange Curve::getKeyRange(bool& found, QCP::SignDomain domain) const
{
    found = false;
    QCPRange range(0, 0);
    for (const double x : x_) {
        if (!std::isfinite(x) || (domain == QCP::sdPositive && x <= 0))
            continue;
        range = found ? QCPRange(std::min(range.lower, x), std::max(range.upper, x)) : QCPRange(x, x);
        found = true;
    }
    return range;
}

QCPRange Curve::getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& key_range) const
{
    found = false;
    double low = 0, high = 0;
    const bool all = key_range == QCPRange();
    for (std::size_t i = 0; i < y_.size(); ++i) {
        const double y = y_[i];
        if (!std::isfinite(y) || (domain == QCP::sdPositive && y <= 0) || (!all && !key_range.contains(x_[i])))
            continue;
        low = found ? std::min(low, y) : y;
        high = found ? std::max(high, y) : y;
        found = true;
    }
    return {low, high};
}

int Curve::pointsIn(const QRectF& box) const
{
    const Slice part = slice();
    const std::size_t stride = std::max<std::size_t>((part.end - part.begin) / 2000, 1);
    int count = 0;
    QPointF before(kNone, kNone);
    for (std::size_t i = part.begin; i < part.end; i += stride) {
        const QPointF pixel = pixelOf(i);
        QLineF segment(before, pixel);
        if (line_visible_ && std::isfinite(before.x()) && std::isfinite(pixel.x()))
            count += clipSegment(segment, box) ? 1 : 0;
        else
            count += box.contains(pixel) ? 1 : 0;
        before = pixel;
    }
    return count;
}

void Curve::drawMarker(QCPPainter* painter, const QPointF& centre) const
{
    const double r = marker_size_ / 2;
    switch (marker_) {
    case Marker::Circle:
        painter->drawEllipse(centre, r, r);
        break;
    case Marker::Square:
        painter->drawRect(QRectF(centre.x() - r * 0.9, centre.y() - r * 0.9, r * 1.8, r * 1.8));
        break;
    case Marker::Diamond:
        painter->drawPolygon(QPolygonF{{centre.x(), centre.y() - r * 1.2},
                                       {centre.x() + r * 1.2, centre.y()},
                                       {centre.x(), centre.y() + r * 1.2},
                                       {centre.x() - r * 1.2, centre.y()}});
        break;
    case Marker::None:
        break;
    }
}

void Curve::draw(QCPPainter* painter)
{
    const Slice part = slice();
    if (part.end <= part.begin)
        return;
    const QRectF box = keyAxis()->axisRect()->rect();
    const bool vector = painter->modes().testFlag(QCPPainter::pmVectorized);
    applyDefaultAntialiasingHint(painter);
    painter->setPen(pen());
    painter->setBrush(Qt::NoBrush);

    if (line_visible_ && !stems_) {
        const double ratio = vector ? 1 : painter->device()->devicePixelRatioF();
        const auto columns = static_cast<std::size_t>(std::max(std::lround(box.width() * ratio), 1L));
        if (part.end - part.begin > 2 * columns && !keyAxis()->rangeReversed()) {
            std::vector<double> borders(columns + 1);
            for (std::size_t c = 0; c <= columns; ++c)
                borders[c] = keyAxis()->pixelToCoord(box.left() + double(c) / ratio);
            std::vector<Column> reduced = reduceToColumns(x_, y_, part.begin, part.end, borders);
            for (Column& column : reduced) { // to pixels: lowest and highest change places
                const double x = x_[part.begin + (part.end - part.begin) / 2];
                const auto pixel = [&](double y) { return toPixel(x > 0 ? x : 1, y).y(); };
                column = {column.column,        pixel(column.first), pixel(column.highest),
                          pixel(column.lowest), pixel(column.last),  column.joined};
            }
            if (!vector && pen().widthF() * ratio <= kColumnPenLimit)
                paintColumns(*painter, reduced, box, ratio, pen());
            else
                paintLines(*painter, columnsToPolyline(reduced, box.left(), ratio), box);
        } else {
            QPolygonF line;
            line.reserve(static_cast<qsizetype>(part.end - part.begin));
            for (std::size_t i = part.begin; i < part.end; ++i)
                line << pixelOf(i);
            paintLines(*painter, line, box);
        }
    }
    if (stems_) {
        for (std::size_t i = part.begin; i < part.end; ++i) {
            QLineF stem(toPixel(x_[i], 0), pixelOf(i));
            if (clipSegment(stem, box))
                painter->drawLine(stem);
        }
    }
    if (marker_ != Marker::None) {
        painter->setBrush(brush());
        QPen outline = pen();
        outline.setStyle(Qt::SolidLine);
        painter->setPen(outline);
        const double r = marker_size_ / 2;
        for (std::size_t i = part.begin; i < part.end; ++i) {
            const QPointF centre = pixelOf(i);
            if (box.adjusted(-r / 2, -r / 2, r / 2, r / 2).contains(centre))
                drawMarker(painter, centre);
        }
    }
}

void Curve::drawLegendIcon(QCPPainter* painter, const QRectF& box) const
{
    applyDefaultAntialiasingHint(painter);
    painter->setPen(pen());
    if (line_visible_)
        painter->drawLine(QLineF(box.left(), box.center().y(), box.right(), box.center().y()));
    if (marker_ != Marker::None) {
        QPen outline = pen();
        outline.setStyle(Qt::SolidLine);
        painter->setPen(outline);
        painter->setBrush(brush());
        drawMarker(painter, box.center());
    }
}

} // namespace toeplab::widgets
