// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_interaction.h"

#include "widgets/plots/qcp.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

double place(const QCPAxis* axis, double value)
{
    return axis->scaleType() == QCPAxis::stLogarithmic ? std::log(std::max(value, 1e-300)) : value;
}

double value(const QCPAxis* axis, double place)
{
    return axis->scaleType() == QCPAxis::stLogarithmic ? std::exp(place) : place;
}

} // namespace

std::vector<AxisSlot*> FigureInteraction::slotsAt(const QPointF& pixel)
{
    std::vector<AxisSlot*> found;
    const QPoint point = pixel.toPoint();
    for (AxisSlot& slot : host_.figure().axes()) {
        const QRect inner = slot.axis->axisRect()->rect(), outer = slot.axis->axisRect()->outerRect();
        if (!slot.zoomable || !outer.contains(point))
            continue;
        const bool horizontal = slot.axis->orientation() == Qt::Horizontal;
        const bool inside = inner.contains(point);
        const bool over_axis = horizontal ? point.y() > inner.bottom() : point.x() < inner.left();
        if (inside || over_axis)
            found.push_back(&slot);
    }
    return found;
}

void FigureInteraction::setRange(AxisSlot& slot, double low, double high)
{
    if (!std::isfinite(low) || !std::isfinite(high) || !(high > low))
        return;
    const double middle = (low + high) / 2;
    if (high - low < std::abs(middle) * 1e-12 || !QCPRange::validRange(low, high))
        return;
    slot.axis->setRange(low, high);
    host_.setUserRange(slot.name, low, high);
    for (const auto& [name, range] : host_.figure().coupled(slot.name))
        host_.setUserRange(name, range[0], range[1]);
}

bool FigureInteraction::zoom(const QPointF& pixel, double factor)
{
    const std::vector<AxisSlot*> found = slotsAt(pixel);
    for (AxisSlot* slot : found) {
        const QCPAxis* axis = slot->axis;
        const bool horizontal = axis->orientation() == Qt::Horizontal;
        const double fixed = place(axis, axis->pixelToCoord(horizontal ? pixel.x() : pixel.y()));
        const double low = place(axis, axis->range().lower), high = place(axis, axis->range().upper);
        setRange(*slot, value(axis, fixed - (fixed - low) * factor), value(axis, fixed + (high - fixed) * factor));
    }
    return !found.empty();
}

bool FigureInteraction::beginDrag(const QPointF& pixel)
{
    Drag drag;
    drag.start = pixel;
    for (const LegendSlot& legend : host_.figure().legends()) {
        if (legend.legend->visible() && legend.legend->outerRect().contains(pixel.toPoint())) {
            drag.legend = legend;
            drag.legend_offset = pixel - QPointF(legend.legend->outerRect().topLeft());
            drag_ = drag;
            return true;
        }
    }
    drag.moved = slotsAt(pixel);
    for (const AxisSlot* slot : drag.moved)
        drag.ranges.push_back({slot->axis->range().lower, slot->axis->range().upper});
    if (drag.moved.empty())
        return false;
    drag_ = drag;
    return true;
}

bool FigureInteraction::drag(const QPointF& pixel)
{
    if (!drag_)
        return false;
    if (drag_->legend.legend) {
        QCPLayoutInset* inset = drag_->legend.rect->insetLayout();
        const QRectF frame = drag_->legend.rect->rect();
        const QSizeF size = drag_->legend.legend->outerRect().size();
        QPointF corner = pixel - drag_->legend_offset - frame.topLeft();
        corner.setX(std::clamp(corner.x(), 0.0, std::max(frame.width() - size.width(), 0.0)));
        corner.setY(std::clamp(corner.y(), 0.0, std::max(frame.height() - size.height(), 0.0)));
        inset->setInsetPlacement(0, QCPLayoutInset::ipFree);
        inset->setInsetRect(0, QRectF(corner.x() / frame.width(), corner.y() / frame.height(),
                                      size.width() / frame.width(), size.height() / frame.height()));
        return true;
    }
    for (std::size_t i = 0; i < drag_->moved.size(); ++i) {
        AxisSlot& slot = *drag_->moved[i];
        const QCPAxis* axis = slot.axis;
        const bool horizontal = axis->orientation() == Qt::Horizontal;
        const double length = horizontal ? axis->axisRect()->width() : axis->axisRect()->height();
        double moved = horizontal ? pixel.x() - drag_->start.x() : drag_->start.y() - pixel.y();
        if (axis->rangeReversed())
            moved = -moved;
        const double low = place(axis, drag_->ranges[i][0]), high = place(axis, drag_->ranges[i][1]);
        const double shift = -moved / length * (high - low);
        setRange(slot, value(axis, low + shift), value(axis, high + shift));
    }
    return true;
}

void FigureInteraction::endDrag()
{
    drag_.reset();
}

} // namespace toeplab::widgets
