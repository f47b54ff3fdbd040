// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure.h"

#include "widgets/plots/qcp.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

void Figure::begin(QCustomPlot& plot, const FigureSpec& spec, const FigureStyle& style)
{
    plot_ = &plot;
    spec_ = spec;
    style_ = style;
    axes_.clear();
    legends_.clear();
    build();
}

std::optional<Readout> Figure::readout(const QPointF& /*pixel*/) const
{
    return std::nullopt;
}

AxisSlot& Figure::slot(const std::string& name)
{
    for (AxisSlot& slot : axes_) {
        if (slot.name == name)
            return slot;
    }
    qFatal("Figure: no axis named %s in a figure of kind %s", name.c_str(), spec_.kind.c_str());
}

QPen Figure::layerPen(const core::LayerInfo& layer, const FigureData& data, bool among_others) const
{
    std::int64_t depth = layer.layer;
    for (const FigureRun& run : data.runs) {
        for (const core::LayerInfo& each : run.layers)
            depth = std::max(depth, each.layer);
    }
    QPen pen = widgets::layerPen(colors(), static_cast<int>(layer.layer), static_cast<int>(depth), style_.curve);
    if (!among_others)
        pen.setStyle(Qt::SolidLine);
    return pen;
}

bool Figure::setCrosshair(LinkAxis link, double position)
{
    // one line across each axis rectangle, kept by name in the overlay layer
    for (const AxisSlot& slot : axes_) {
        if (slot.link != link || slot.link == LinkAxis::None)
            continue;
        const bool horizontal = slot.axis->orientation() == Qt::Horizontal;
        QCPAxisRect* rect = slot.axis->axisRect();
        const QString name = QStringLiteral("crosshair-") + QString::fromStdString(slot.name);
        QCPItemStraightLine* line = nullptr;
        for (int i = 0; i < plot_->itemCount(); ++i) {
            if (plot_->item(i)->objectName() == name)
                line = qobject_cast<QCPItemStraightLine*>(plot_->item(i));
        }
        if (!line) {
            line = new QCPItemStraightLine(plot_);
            line->setObjectName(name);
            line->setLayer(QStringLiteral("overlay"));
            line->setClipAxisRect(rect);
            line->setPen(QPen(colors().muted, style_.axis, Qt::DashLine));
            line->setSelectable(false);
            for (QCPItemPosition* place : line->positions()) {
                place->setAxisRect(rect);
                place->setAxes(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
                place->setTypeX(horizontal ? QCPItemPosition::ptPlotCoords : QCPItemPosition::ptAxisRectRatio);
                place->setTypeY(horizontal ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptPlotCoords);
            }
        }
        const QCPRange range = slot.axis->range();
        line->setVisible(std::isfinite(position) && range.contains(position));
        if (horizontal) {
            line->point1->setCoords(position, 0);
            line->point2->setCoords(position, 1);
        } else {
            line->point1->setCoords(0, position);
            line->point2->setCoords(1, position);
        }
    }
    return false;
}

} // namespace toeplab::widgets
