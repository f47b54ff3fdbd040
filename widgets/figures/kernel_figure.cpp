// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/kernel_curve.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

/// The lags a figure shows: all, or those up to max_lag; a causal kernel from 0.
struct LagSpan {
    std::int64_t first = 0, last = 0;
};

LagSpan shownLags(const FigureSpec& spec, const core::LayerInfo& info)
{
    const auto most = static_cast<std::int64_t>(spec.number("max_lag"));
    const std::int64_t reach = most > 0 ? std::min(most, info.length - 1) : info.length - 1;
    return {info.causal ? 0 : -reach, reach};
}

class KernelFigure final : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const override
    {
        return chosenFrame(spec, data.kernels) != nullptr;
    }

    bool setData(const FigureData& data, QDeadlineTimer deadline) override
    {
        frame_ = chosenFrame(spec(), data.kernels);
        const auto [profile, done] = profileOf(frame_, choice(spec()), deadline);
        if (!done)
            return false;
        const LagSpan lags = shownLags(spec(), frame_->info);
        const double turn = profile ? asinhTurn(profile->value) : 1;
        if (spec().text("scale") == "asinh")
            setTicks(slot("y").axis, TickKind::Asinh, style().gap(), turn);
        curve_->setPen(layerPen(frame_->info, data));
        curve_->setProfile(profile, turn, lags.first, lags.last);
        slot("x").low = double(lags.first);
        slot("x").high = double(lags.last);
        const auto extent = curve_->extent();
        slot("y").low = extent[0];
        slot("y").high = extent[1];
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        const auto frame = chosenFrame(spec, data.kernels);
        const auto profile = profileOf(frame, choice(spec), QDeadlineTimer(QDeadlineTimer::Forever)).profile;
        const bool band = profile && !profile->low.empty();
        std::vector<FigureColumn> columns{{"lag", "positions", std::vector<std::int64_t>{}},
                                          {"kernel", "", std::vector<double>{}}};
        if (band) {
            columns.push_back({"quantile_low", "", std::vector<double>{}});
            columns.push_back({"quantile_high", "", std::vector<double>{}});
        }
        FigureTable table(std::move(columns));
        if (!profile)
            return table;
        const LagSpan lags = shownLags(spec, frame->info);
        for (std::int64_t lag = lags.first; lag <= lags.last; ++lag) {
            const auto i = static_cast<std::size_t>(lag + profile->length - 1);
            if (band)
                table.addRow(lag, double(profile->value[i]), double(profile->low[i]), double(profile->high[i]));
            else
                table.addRow(lag, double(profile->value[i]));
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        const auto& profile = curve_->profile();
        if (!profile || !rect_->rect().contains(pixel.toPoint()))
            return std::nullopt;
        const LagSpan lags = shownLags(spec(), frame_->info);
        const auto lag =
            std::clamp(static_cast<std::int64_t>(std::llround(rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x()))),
                       lags.first, lags.last);
        const auto i = static_cast<std::size_t>(lag + profile->length - 1);
        Readout readout;
        const QString value = formatValue(profile->value[i], 4);
        readout.title = QStringLiteral("lag %1").arg(formatInteger(lag));
        readout.rows.emplace_back(profile->low.empty() ? QStringLiteral("kernel") : QStringLiteral("median"), value);
        if (!profile->low.empty())
            readout.rows.emplace_back(QStringLiteral("quantiles"), formatValue(profile->low[i]) +
                                                                       QStringLiteral(" to ") +
                                                                       formatValue(profile->high[i]));
        readout.rows.emplace_back(layerName(frame_->info), channelText(spec(), profile->channels));
        readout.status = QStringLiteral("lag %1 = %2").arg(formatInteger(lag), value);
        readout.links.emplace_back(LinkAxis::Lag, double(lag));
        readout.marks.push_back(curve_->pixelAt(lag));
        return readout;
    }

    void ranged() override { curve_->adapt(); }

protected:
    void build() override
    {
        rect_ = makeAxisRect(plot(), style(), 0, 0);
        const bool asinh = spec().text("scale") == "asinh";
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        styleAxis(x, style(), QStringLiteral("lag k (positions)"), TickKind::Integer);
        styleAxis(y, style(), QStringLiteral("kernel tₖ"), asinh ? TickKind::Asinh : TickKind::Linear);
        curve_ = std::make_unique<KernelCurve>(x, y, style(), QPen(), asinh);
        axes_ = {{"x", x}, {"y", y}};
        axes_[0].link = LinkAxis::Lag;
        axes_[0].pad_low = axes_[0].pad_high = 0.02;
        axes_[1].pad_low = axes_[1].pad_high = 0.06;
    }

private:
    static ProfileChoice choice(const FigureSpec& spec)
    {
        return {spec.channel, spec.quantile_low, spec.quantile_high};
    }

    QCPAxisRect* rect_ = nullptr;
    std::unique_ptr<KernelCurve> curve_;
    std::shared_ptr<const core::KernelFrame> frame_;
};

} // namespace

std::unique_ptr<Figure> makeKernelFigure()
{
    return std::make_unique<KernelFigure>();
}

} // namespace toeplab::widgets
