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

/// The inducing points on the lag axis, what straight lines between them make of the kernel, the lags that neither band
/// nor points can follow, and the error at each lag under them.
class InducingFigure final : public Figure
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
        points_->setPen(pen);
        points_->setBrush(pen.color());
        error_->setBrush(mix(colors().panel, pen.color(), 0.55));
        pen.setColor(colors().muted);
        kernel_->setPen(pen);
        kernel_->setData(lags, profile_.kernel());
        points_->setData(split.inducing_lags, split.inducing_values);
        setExtent(slot("y"), lags, span, {&profile_.kernel(), &split.low_rank});
        slot("x").low = span[0];
        slot("x").high = span[1];
        shade(split);
        if (error_rect_) {
            std::vector<double> error;
            for (const double value : split.residual)
                error.push_back(std::abs(value));
            error_->setData(lags, std::vector<double>(lags.size(), 0.0), error);
            setExtent(slot("y2"), lags, span, {&error});
            slot("y2").low = 0;
            slot("x2").low = span[0];
            slot("x2").high = span[1];
        }
        if (legend_) {
            legend_->clearItems();
            addToLegend(legend_, kernel_, QStringLiteral("kernel"));
            addToLegend(legend_, points_,
                        QStringLiteral("%1 inducing points, %2 apart")
                            .arg(formatInteger(static_cast<qint64>(split.inducing_lags.size())),
                                 formatValue(split.spacing, 3)));
            const auto last = static_cast<qint64>(std::ceil(split.blindTo())) - 1;
            if (split.band_width < last)
                addToLegend(legend_, blind_right_,
                            QStringLiteral("blind: lags %1 to %2")
                                .arg(formatInteger(split.band_width + 1), formatInteger(last)));
        }
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"inducing_lag", "positions", std::vector<double>{}},
                           {"value", "", std::vector<double>{}},
                           {"largest_error_to_next", "", std::vector<double>{}}});
        const auto profile = SplitProfile::of(spec, data);
        if (profile->empty())
            return table;
        const core::KernelSplit& split = profile->split();
        const std::array<double, 2> span = profile->span(spec);
        for (std::size_t m = 0; m < split.inducing_lags.size(); ++m) {
            const double lag = split.inducing_lags[m];
            if (lag < span[0] || lag > span[1])
                continue;
            double largest = 0;
            for (std::size_t i = 0; i < profile->lags().size(); ++i) {
                if (profile->lags()[i] >= lag && profile->lags()[i] < lag + split.spacing)
                    largest = std::max(largest, std::abs(split.residual[i]));
            }
            table.addRow(lag, split.inducing_values[m], largest);
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (profile_.empty() || !(rect_->rect().contains(pixel.toPoint()) ||
                                  (error_rect_ && error_rect_->rect().contains(pixel.toPoint()))))
            return std::nullopt;
        const double place = rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x());
        const std::int64_t lag = profile_.nearestLag(place);
        const std::size_t i = profile_.at(lag);
        const core::KernelSplit& split = profile_.split();
        const std::size_t m = points_->nearest(place).value_or(0);
        Readout readout;
        readout.title = QStringLiteral("lag %1").arg(formatInteger(lag));
        readout.rows.emplace_back(QStringLiteral("kernel"), formatValue(profile_.kernel()[i], 4));
        readout.rows.emplace_back(QStringLiteral("interpolated"), formatValue(split.low_rank[i], 4));
        readout.rows.emplace_back(QStringLiteral("error"), formatValue(std::abs(split.residual[i]), 4));
        readout.rows.emplace_back(QStringLiteral("nearest point"),
                                  QStringLiteral("lag %1").arg(formatValue(split.inducing_lags[m], 5)));
        readout.rows.emplace_back(layerName(profile_.frame().info), channelText(spec(), profile_.channels()));
        readout.status =
            QStringLiteral("%1 · kernel %2, interpolated %3")
                .arg(readout.title, formatValue(profile_.kernel()[i], 4), formatValue(split.low_rank[i], 4));
        readout.links.emplace_back(LinkAxis::Lag, static_cast<double>(lag));
        readout.marks.push_back(points_->pixelOf(m));
        return readout;
    }

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (!error_rect_ || (axis != "x" && axis != "x2"))
            return {};
        const QCPRange range = (axis == "x" ? rect_ : error_rect_)->axis(QCPAxis::atBottom)->range();
        return {{axis == "x" ? "x2" : "x", {range.lower, range.upper}}};
    }

protected:
    void build() override
    {
        error_rect_ = nullptr;
        legend_ = nullptr;
        rect_ = makeAxisRect(plot(), style(), 0, 0);
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        const QString lag = QStringLiteral("lag k (positions)");
        styleAxis(x, style(), lag, TickKind::Integer);
        styleAxis(y, style(), QStringLiteral("kernel tₖ"), TickKind::Linear);
        axes_ = {{"x", x}, {"y", y}};
        blind_left_ = new Band(x, y);
        blind_right_ = new Band(x, y);
        for (Band* band : {blind_left_, blind_right_})
            band->setBrush(mix(colors().panel, colors().warning, 0.22));
        kernel_ = new Curve(x, y);
        points_ = new Curve(x, y); // the lines between them are the interpolation
        points_->setMarker(Marker::Circle, style().px(3.5));
        if (spec().legend) {
            legend_ = makeLegend(rect_, style());
            legends_.push_back({legend_, rect_});
        }
        if (!style().compact) {
            hideLabels(x, style());
            error_rect_ = makeAxisRect(plot(), style(), 1, 0);
            QCPAxis *x2 = error_rect_->axis(QCPAxis::atBottom), *y2 = error_rect_->axis(QCPAxis::atLeft);
            styleAxis(x2, style(), lag, TickKind::Integer);
            styleAxis(y2, style(), QStringLiteral("|error|"), TickKind::Linear);
            auto* sides = new QCPMarginGroup(&plot());
            rect_->setMarginGroup(QCP::msLeft, sides);
            error_rect_->setMarginGroup(QCP::msLeft, sides);
            plot().plotLayout()->setRowStretchFactor(0, 2.2);
            plot().plotLayout()->setRowStretchFactor(1, 1);
            error_ = new Band(x2, y2);
            axes_.push_back({"x2", x2});
            axes_.push_back({"y2", y2});
        } else {
            error_ = new Band(x, y);
            error_->setVisible(false);
        }
        for (AxisSlot& slot : axes_) {
            const bool horizontal = slot.name.front() == 'x';
            slot.link = horizontal ? LinkAxis::Lag : LinkAxis::None;
            slot.pad_low = slot.pad_high = horizontal ? 0.02 : 0.06;
        }
        if (error_rect_)
            slot("y2").pad_low = 0;
    }

private:
    /// From behind the band to before the second inducing lag, over all the height that the axis may show.
    void shade(const core::KernelSplit& split)
    {
        const double height = slot("y").high - slot("y").low;
        const double low = slot("y").low - 10 * height, high = slot("y").high + 10 * height;
        const double from = split.blindFrom() + 0.5, to = std::min(split.blindTo() - 0.5, double(split.length - 1));
        const bool any = from < to && std::isfinite(height);
        const std::vector<double> lows(any ? 2 : 0, low), highs(any ? 2 : 0, high);
        blind_right_->setData(any ? std::vector{from, to} : std::vector<double>{}, lows, highs);
        blind_left_->setData(any ? std::vector{-to, -from} : std::vector<double>{}, lows, highs);
    }

    SplitProfile profile_;
    QCPAxisRect *rect_ = nullptr, *error_rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    Curve *kernel_ = nullptr, *points_ = nullptr;
    Band *blind_left_ = nullptr, *blind_right_ = nullptr, *error_ = nullptr;
};

} // namespace

std::unique_ptr<Figure> makeInducingFigure()
{
    return std::make_unique<InducingFigure>();
}

} // namespace toeplab::widgets
