// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_plot.h"

#include <QtCore/QPoint>

#include <optional>
#include <vector>

namespace toeplab::widgets
{

/// Zooming and panning as arithmetic on a FigurePlot's user ranges: no events here.
class FigureInteraction
{
public:
    FigureInteraction(QCustomPlot& plot, FigurePlot& host) : plot_(plot), host_(host) {}

    /// Zooms the axes under a pixel by a factor (< 1: closer) with that pixel staying where it is. Inside an axis
    /// rectangle both axes, over an axis that one. true: something changed.
    bool zoom(const QPointF& pixel, double factor);

    /// A pan or the dragging of a legend starts under a pixel; false: nothing there to drag.
    bool beginDrag(const QPointF& pixel);
    bool drag(const QPointF& pixel);
    void endDrag();
    [[nodiscard]] bool dragging() const { return drag_.has_value(); }

private:
    [[nodiscard]] std::vector<AxisSlot*> slotsAt(const QPointF& pixel);
    void setRange(AxisSlot& slot, double low, double high);

    struct Drag {
        QPointF start;
        std::vector<AxisSlot*> moved;
        std::vector<std::array<double, 2>> ranges;
        LegendSlot legend;
        QPointF legend_offset;
    };
    QCustomPlot& plot_;
    FigurePlot& host_;
    std::optional<Drag> drag_;
};

} // namespace toeplab::widgets
