// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/parts_figure.h"

#include "widgets/plots/number_format.h"

namespace toeplab::widgets
{

bool PartsFigure::hasData(const FigureSpec& spec, const FigureData& data) const
{
    return chosenFrame(spec, data.kernels) != nullptr;
}

bool PartsFigure::setData(const FigureData& data, QDeadlineTimer deadline)
{
    if (!profile_.set(spec(), data, deadline))
        return false;
    if (profile_.empty())
        return true;
    const std::array<double, 2> span = profile_.span(spec());
    const QPen pen = layerPen(profile_.frame().info, data);
    QPen muted = pen;
    muted.setColor(colors().muted);
    kernel_->setPen(muted);
    kernel_->setData(profile_.lags(), profile_.kernel());
    for (AxisSlot& slot : axes_) {
        if (slot.link == LinkAxis::Lag) {
            slot.low = span[0];
            slot.high = span[1];
        }
    }
    fill(span, pen);
    if (legend_) {
        legend_->clearItems();
        addToLegend(legend_, kernel_, QStringLiteral("kernel"));
        describe(legend_);
    }
    return true;
}

std::optional<Readout> PartsFigure::readout(const QPointF& pixel) const
{
    const auto holds = [&pixel](const QCPAxisRect* rect) { return rect && rect->rect().contains(pixel.toPoint()); };
    if (profile_.empty() || !(holds(rect_) || holds(under_)))
        return std::nullopt;
    const std::int64_t lag = profile_.nearestLag(rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x()));
    const std::size_t i = profile_.at(lag);
    Readout readout;
    readout.title = QStringLiteral("lag %1").arg(formatInteger(lag));
    readout.rows.emplace_back(QStringLiteral("kernel"), formatValue(profile_.kernel()[i], 4));
    read(readout, i);
    readout.rows.emplace_back(layerName(profile_.frame().info), channelText(spec(), profile_.channels()));
    readout.links.emplace_back(LinkAxis::Lag, static_cast<double>(lag));
    return readout;
}

std::vector<Figure::NamedRange> PartsFigure::coupled(const std::string& axis) const
{
    if (!under_ || (axis != "x" && axis != "x2"))
        return {};
    const QCPRange range = (axis == "x" ? rect_ : under_)->axis(QCPAxis::atBottom)->range();
    return {{axis == "x" ? "x2" : "x", {range.lower, range.upper}}};
}

void PartsFigure::build()
{
    under_ = nullptr;
    legend_ = nullptr;
    const auto add = [this](QCPAxisRect* rect, const char* x, const char* y, const QString& label) {
        styleAxis(rect->axis(QCPAxis::atBottom), style(), QStringLiteral("lag k (positions)"), TickKind::Integer);
        styleAxis(rect->axis(QCPAxis::atLeft), style(), label, TickKind::Linear);
        for (const auto& [name, side] : {std::pair{x, QCPAxis::atBottom}, std::pair{y, QCPAxis::atLeft}}) {
            AxisSlot slot{name, rect->axis(side)};
            slot.link = side == QCPAxis::atBottom ? LinkAxis::Lag : LinkAxis::None;
            slot.pad_low = slot.pad_high = side == QCPAxis::atBottom ? 0.02 : 0.06;
            axes_.push_back(slot);
        }
    };
    rect_ = makeAxisRect(plot(), style(), 0, 0);
    add(rect_, "x", "y", QStringLiteral("kernel tₖ"));
    addCurves(rect_->axis(QCPAxis::atBottom), rect_->axis(QCPAxis::atLeft));
    if (spec().legend) {
        legend_ = makeLegend(rect_, style());
        legends_.push_back({legend_, rect_});
    }
    if (style().compact)
        return;
    hideLabels(rect_->axis(QCPAxis::atBottom), style());
    under_ = makeAxisRect(plot(), style(), 1, 0);
    add(under_, "x2", "y2", under_label_);
    auto* sides = new QCPMarginGroup(&plot());
    rect_->setMarginGroup(QCP::msLeft, sides);
    under_->setMarginGroup(QCP::msLeft, sides);
    plot().plotLayout()->setRowStretchFactor(0, upper_);
    plot().plotLayout()->setRowStretchFactor(1, 1);
    addUnder(under_->axis(QCPAxis::atBottom), under_->axis(QCPAxis::atLeft));
}

} // namespace toeplab::widgets
