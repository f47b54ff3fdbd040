// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/kernel_curve.h"
#include "widgets/plots/number_format.h"
#include "widgets/plots/toeplitz_map.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

ProfileChoice choice(const FigureSpec& spec)
{
    return {spec.channel, spec.quantile_low, spec.quantile_high};
}

class ToeplitzFigure final : public Figure
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
        profile_ = profile;
        if (!profile)
            return true;
        const double n = double(profile->length), turn = asinhTurn(profile->value);
        const double limit = colorLimit(spec().number("limit"), profile->table->peak());
        if (asinh()) { // the extreme of the scaled values is the scaled extreme: the scale rises and keeps signs
            std::vector<float> scaled(profile->value.size());
            std::transform(profile->value.begin(), profile->value.end(), scaled.begin(),
                           [&](float v) { return static_cast<float>(std::asinh(double(v) / turn)); });
            map_->setKernel(std::make_shared<LagRangeTable>(scaled));
            map_->setLimit(std::asinh(limit / turn));
            bar_.axis->setRange(-std::asinh(limit / turn), std::asinh(limit / turn));
            setTicks(bar_.axis, TickKind::Asinh, style().gap(), turn);
            if (curve_)
                setTicks(slot("value").axis, TickKind::Asinh, style().gap(), turn);
        } else {
            map_->setKernel(profile->table);
            map_->setLimit(limit);
            bar_.axis->setRange(-limit, limit);
        }
        for (const char* name : {"x", "y"}) {
            slot(name).low = -0.5;
            slot(name).high = n - 0.5;
        }
        if (curve_) {
            curve_->setPen(layerPen(frame_->info, data));
            curve_->setProfile(profile, turn, 1 - profile->length, profile->length - 1);
            slot("lag").low = 1 - n;
            slot("lag").high = n - 1;
            slot("value").low = curve_->extent()[0];
            slot("value").high = curve_->extent()[1];
        }
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"lag", "positions", std::vector<std::int64_t>{}}, {"kernel", "", std::vector<double>{}}});
        const auto profile =
            profileOf(chosenFrame(spec, data.kernels), choice(spec), QDeadlineTimer(QDeadlineTimer::Forever)).profile;
        if (profile) {
            for (std::size_t i = 0; i < profile->value.size(); ++i)
                table.addRow(static_cast<std::int64_t>(i) - profile->length + 1, double(profile->value[i]));
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (!profile_)
            return std::nullopt;
        Readout readout;
        std::int64_t lag = 0;
        if (map_rect_->rect().contains(pixel.toPoint())) {
            const ToeplitzMap::Cell cell = map_->cellAt(pixel);
            if (!cell.inside)
                return std::nullopt;
            lag = cell.row - cell.column;
            readout.title =
                QStringLiteral("row %1, column %2").arg(formatInteger(cell.row), formatInteger(cell.column));
        } else if (curve_ && curve_->line().keyAxis()->axisRect()->rect().contains(pixel.toPoint())) {
            const double place = curve_->line().keyAxis()->pixelToCoord(pixel.x());
            lag = std::clamp<std::int64_t>(std::llround(place), 1 - profile_->length, profile_->length - 1);
            readout.title = QStringLiteral("lag %1").arg(formatInteger(lag));
            readout.marks.push_back(curve_->pixelAt(lag));
        } else {
            return std::nullopt;
        }
        const float value = profile_->value[static_cast<std::size_t>(lag + profile_->length - 1)];
        if (readout.marks.empty())
            readout.rows.emplace_back(QStringLiteral("lag"), formatInteger(lag));
        readout.rows.emplace_back(QStringLiteral("value"), formatValue(value, 4));
        readout.rows.emplace_back(layerName(frame_->info), channelText(spec(), profile_->channels));
        const QString read = QStringLiteral("lag %1 = %2").arg(formatInteger(lag), formatValue(value, 4));
        readout.status = readout.marks.empty() ? readout.title + QStringLiteral(" · ") + read : read;
        readout.links.emplace_back(LinkAxis::Lag, double(lag));
        return readout;
    }

    bool setCrosshair(LinkAxis link, double position) override
    {
        Figure::setCrosshair(link, position);
        if (link != LinkAxis::Lag)
            return false;
        diagonal_->setVisible(std::isfinite(position) && profile_);
        if (profile_) {
            const double n = double(profile_->length);
            diagonal_->start->setCoords(-0.5, -0.5 + position);
            diagonal_->end->setCoords(n - 0.5, n - 0.5 + position);
        }
        return false;
    }

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (!curve_ || !profile_ || axis == "value")
            return {};
        const QCPRange columns = map_->keyAxis()->range(), rows = map_->valueAxis()->range();
        const double n = double(profile_->length);
        if (axis != "lag")
            return {
                {"lag", {std::max(rows.lower - columns.upper, 1 - n), std::min(rows.upper - columns.lower, n - 1)}}};
        // the square around the middle of the map that shows these lags
        const QCPRange lags = curve_->line().keyAxis()->range();
        const double half = lags.size() / 4, shift = lags.center() / 2;
        const double middle = (columns.center() + rows.center()) / 2;
        return {{"x", {middle - shift - half, middle - shift + half}},
                {"y", {middle + shift - half, middle + shift + half}}};
    }

    void ranged() override
    {
        if (curve_)
            curve_->adapt();
    }

protected:
    void build() override
    {
        map_rect_ = makeAxisRect(plot(), style(), 0, 0);
        QCPAxis *columns = map_rect_->axis(QCPAxis::atBottom), *rows = map_rect_->axis(QCPAxis::atLeft);
        styleAxis(columns, style(), QStringLiteral("column j (position)"), TickKind::Integer);
        styleAxis(rows, style(), QStringLiteral("row i (position)"), TickKind::Integer);
        rows->setRangeReversed(true);
        columns->grid()->setVisible(false);
        rows->grid()->setVisible(false);
        map_ = new ToeplitzMap(columns, rows);
        map_->setColors(ColorMap::diverging(colors().kind));
        map_->setVectorScale(style().image_scale);
        bar_ = makeColorBar(plot(), style(), 0, 1, QStringLiteral("kernel tₖ, k = i − j"));
        bar_.ramp->setColors(ColorMap::diverging(colors().kind));
        auto* group = new QCPMarginGroup(&plot());
        map_rect_->setMarginGroup(QCP::msTop | QCP::msBottom, group);
        bar_.rect->setMarginGroup(QCP::msTop | QCP::msBottom, group);
        diagonal_ = new QCPItemLine(&plot());
        diagonal_->setLayer(QStringLiteral("overlay"));
        diagonal_->setClipAxisRect(map_rect_);
        diagonal_->setPen(QPen(colors().muted, style().axis, Qt::DashLine));
        diagonal_->setVisible(false);
        for (QCPItemPosition* end : diagonal_->positions()) {
            end->setAxisRect(map_rect_);
            end->setAxes(columns, rows);
        }
        axes_ = {{"x", columns}, {"y", rows}};
        for (AxisSlot& slot : axes_)
            slot.pad_low = slot.pad_high = 0;

        curve_.reset();
        if (!spec().flag("profile") || style().compact)
            return;
        QCPAxisRect* rect = makeAxisRect(plot(), style(), 1, 0);
        QCPAxis *lag = rect->axis(QCPAxis::atBottom), *value = rect->axis(QCPAxis::atLeft);
        styleAxis(lag, style(), QStringLiteral("lag k = i − j (positions)"), TickKind::Integer);
        styleAxis(value, style(), QStringLiteral("tₖ"), asinh() ? TickKind::Asinh : TickKind::Linear);
        auto* sides = new QCPMarginGroup(&plot());
        map_rect_->setMarginGroup(QCP::msLeft, sides);
        rect->setMarginGroup(QCP::msLeft, sides);
        curve_ = std::make_unique<KernelCurve>(lag, value, style(), QPen(), asinh());
        curve_->setBandVisible(false); // the values of the map, no others
        plot().plotLayout()->setRowStretchFactor(0, 2.6);
        plot().plotLayout()->setRowStretchFactor(1, 1);
        axes_.push_back({"lag", lag});
        axes_.push_back({"value", value});
        axes_[2].pad_low = axes_[2].pad_high = 0;
        axes_[2].link = LinkAxis::Lag;
        axes_[3].pad_low = axes_[3].pad_high = 0.06;
    }

private:
    [[nodiscard]] bool asinh() const { return spec().text("scale") == "asinh"; }

    QCPAxisRect* map_rect_ = nullptr;
    ToeplitzMap* map_ = nullptr;
    ColorBar bar_;
    QCPItemLine* diagonal_ = nullptr;
    std::unique_ptr<KernelCurve> curve_;
    std::shared_ptr<const core::KernelFrame> frame_;
    std::shared_ptr<const KernelProfile> profile_;
};

} // namespace

std::unique_ptr<Figure> makeToeplitzFigure()
{
    return std::make_unique<ToeplitzFigure>();
}

} // namespace toeplab::widgets
