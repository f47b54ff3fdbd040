// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/split_profile.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

/// The kernel as SKI would hold it: band and low-rank part over lags, and what neither holds under them.
class SplitFigure final : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const override
    {
        return chosenFrame(spec, data.kernels) != nullptr;
    }

    bool setData(const FigureData& data, QDeadlineTimer deadline) override
    {
        if (!profile_.set(spec(), data, deadline))
            return false;
        if (profile_.empty())
            return true;
        const core::KernelSplit& split = profile_.split();
        const std::array<double, 2> span = profile_.span(spec());
        const std::vector<double>& lags = profile_.lags();
        QPen pen = layerPen(profile_.frame().info, data);
        low_rank_->setPen(pen);
        pen.setColor(colors().muted);
        kernel_->setPen(pen);
        band_->setPen(curvePen(colors(), 1, style().curve));
        band_->setBrush(band_->pen().color());
        kernel_->setData(lags, profile_.kernel());
        low_rank_->setData(lags, split.low_rank);
        std::vector<double> band_lags, band;
        for (std::size_t i = 0; i < lags.size(); ++i) {
            if (std::abs(lags[i]) <= split.blindFrom()) {
                band_lags.push_back(lags[i]);
                band.push_back(split.band[i]);
            }
        }
        band_->setData(band_lags, band);
        setExtent(slot("y"), lags, span, {&profile_.kernel(), &split.low_rank, &split.band});
        slot("y").low = std::min(slot("y").low, 0.0); // stems stand on zero
        slot("y").high = std::max(slot("y").high, 0.0);
        slot("x").low = span[0];
        slot("x").high = span[1];
        if (residual_) {
            residual_->setPen(layerPen(profile_.frame().info, data));
            residual_->setData(lags, split.residual);
            setExtent(slot("y2"), lags, span, {&split.residual});
            slot("x2").low = span[0];
            slot("x2").high = span[1];
        }
        if (legend_) {
            legend_->clearItems();
            addToLegend(legend_, kernel_, QStringLiteral("kernel"));
            addToLegend(legend_, band_,
                        QStringLiteral("band ±%1, %2 of the energy")
                            .arg(formatInteger(split.band_width), percentText(split.band_energy)));
            addToLegend(legend_, low_rank_,
                        QStringLiteral("rank %1, error %2").arg(formatInteger(split.rank), percentText(split.error)));
        }
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"lag", "positions", std::vector<std::int64_t>{}},
                           {"kernel", "", std::vector<double>{}},
                           {"band", "", std::vector<double>{}},
                           {"low_rank", "", std::vector<double>{}},
                           {"residual", "", std::vector<double>{}}});
        const auto profile = SplitProfile::of(spec, data);
        if (profile->empty())
            return table;
        const std::array<double, 2> span = profile->span(spec);
        const core::KernelSplit& split = profile->split();
        for (std::size_t i = 0; i < profile->lags().size(); ++i) {
            const double lag = profile->lags()[i];
            if (lag >= span[0] && lag <= span[1])
                table.addRow(static_cast<std::int64_t>(lag), profile->kernel()[i], split.band[i], split.low_rank[i],
                             split.residual[i]);
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (profile_.empty() || !(rect_->rect().contains(pixel.toPoint()) ||
                                  (residual_rect_ && residual_rect_->rect().contains(pixel.toPoint()))))
            return std::nullopt;
        const std::int64_t lag = profile_.nearestLag(rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x()));
        const std::size_t i = profile_.at(lag);
        const core::KernelSplit& split = profile_.split();
        Readout readout;
        readout.title = QStringLiteral("lag %1").arg(formatInteger(lag));
        readout.rows.emplace_back(QStringLiteral("kernel"), formatValue(profile_.kernel()[i], 4));
        readout.rows.emplace_back(QStringLiteral("band"), formatValue(split.band[i], 4));
        readout.rows.emplace_back(QStringLiteral("low rank"), formatValue(split.low_rank[i], 4));
        readout.rows.emplace_back(QStringLiteral("residual"), formatValue(split.residual[i], 4));
        readout.rows.emplace_back(layerName(profile_.frame().info), channelText(spec(), profile_.channels()));
        readout.status = QStringLiteral("%1 · band %2, low rank %3, residual %4")
                             .arg(readout.title, formatValue(split.band[i], 4), formatValue(split.low_rank[i], 4),
                                  formatValue(split.residual[i], 4));
        readout.links.emplace_back(LinkAxis::Lag, static_cast<double>(lag));
        readout.marks.push_back(kernel_->pixelOf(i));
        return readout;
    }

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (!residual_rect_ || (axis != "x" && axis != "x2"))
            return {};
        const QCPRange range = (axis == "x" ? rect_ : residual_rect_)->axis(QCPAxis::atBottom)->range();
        return {{axis == "x" ? "x2" : "x", {range.lower, range.upper}}};
    }

protected:
    void build() override
    {
        residual_rect_ = nullptr;
        residual_ = nullptr;
        legend_ = nullptr;
        rect_ = makeAxisRect(plot(), style(), 0, 0);
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        const QString lag = QStringLiteral("lag k (positions)");
        styleAxis(x, style(), lag, TickKind::Integer);
        styleAxis(y, style(), QStringLiteral("kernel tₖ"), TickKind::Linear);
        axes_ = {{"x", x}, {"y", y}};
        kernel_ = new Curve(x, y);
        band_ = new Curve(x, y);
        band_->setStems(true);
        band_->setLineVisible(false);
        band_->setMarker(Marker::Circle, style().px(2.5));
        low_rank_ = new Curve(x, y);
        if (spec().legend) {
            legend_ = makeLegend(rect_, style());
            legends_.push_back({legend_, rect_});
        }
        if (!style().compact) {
            hideLabels(x, style());
            residual_rect_ = makeAxisRect(plot(), style(), 1, 0);
            QCPAxis *x2 = residual_rect_->axis(QCPAxis::atBottom), *y2 = residual_rect_->axis(QCPAxis::atLeft);
            styleAxis(x2, style(), lag, TickKind::Integer);
            styleAxis(y2, style(), QStringLiteral("residual"), TickKind::Linear);
            auto* sides = new QCPMarginGroup(&plot());
            rect_->setMarginGroup(QCP::msLeft, sides);
            residual_rect_->setMarginGroup(QCP::msLeft, sides);
            plot().plotLayout()->setRowStretchFactor(0, 1.6);
            plot().plotLayout()->setRowStretchFactor(1, 1);
            residual_ = new Curve(x2, y2);
            axes_.push_back({"x2", x2});
            axes_.push_back({"y2", y2});
        }
        for (AxisSlot& slot : axes_) {
            const bool horizontal = slot.name.front() == 'x';
            slot.link = horizontal ? LinkAxis::Lag : LinkAxis::None;
            slot.pad_low = slot.pad_high = horizontal ? 0.02 : 0.06;
        }
    }

private:
    SplitProfile profile_;
    QCPAxisRect *rect_ = nullptr, *residual_rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    Curve *kernel_ = nullptr, *band_ = nullptr, *low_rank_ = nullptr, *residual_ = nullptr;
};

} // namespace

std::unique_ptr<Figure> makeSplitFigure()
{
    return std::make_unique<SplitFigure>();
}

} // namespace toeplab::widgets
