// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/response_profile.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace toeplab::widgets
{
namespace
{

using Frame = std::shared_ptr<const core::KernelFrame>;

constexpr double kDepthDb = 120; ///< below the peak; deeper is rounding of float32 kernels

ProfileChoice choice(const FigureSpec& spec)
{
    return {spec.channel, spec.quantile_low, spec.quantile_high};
}

bool allLayers(const FigureSpec& spec)
{
    return spec.text("layers") == "all";
}

/// The frames that get a curve, by depth.
std::vector<Frame> framesOf(const FigureSpec& spec, const FigureData& data)
{
    std::vector<Frame> frames;
    if (!allLayers(spec)) {
        if (auto frame = chosenFrame(spec, data.kernels))
            frames.push_back(std::move(frame));
        return frames;
    }
    for (const Frame& frame : data.kernels) {
        FigureSpec own = spec;
        own.layer = frame ? frame->info.layer : 0;
        if (frame && chosenFrame(own, {frame}))
            frames.push_back(frame);
    }
    std::stable_sort(frames.begin(), frames.end(),
                     [](const Frame& a, const Frame& b) { return a->info.layer < b->info.layer; });
    return frames;
}

std::vector<std::int64_t> layersOf(const std::vector<Frame>& frames)
{
    std::vector<std::int64_t> layers;
    for (const Frame& frame : frames)
        layers.push_back(frame->info.layer);
    return layers;
}

double wrapped(double phase)
{
    return std::remainder(phase, 2 * std::numbers::pi);
}

struct LayerCurves {
    Curve* magnitude = nullptr;
    Band* magnitude_band = nullptr;
    Curve* phase = nullptr;
    Frame frame;
    std::shared_ptr<const ResponseProfile> response;
};

class FrequencyFigure final : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const override
    {
        return !framesOf(spec, data).empty();
    }

    bool setData(const FigureData& data, QDeadlineTimer deadline) override
    {
        const std::vector<Frame> frames = framesOf(spec(), data);
        std::vector<std::shared_ptr<const ResponseProfile>> responses;
        for (const Frame& frame : frames) {
            const auto [response, done] = responseOf(frame, choice(spec()), deadline);
            if (!done)
                return false;
            responses.push_back(response ? response : std::make_shared<const ResponseProfile>());
        }
        if (curves_.size() != frames.size() || shown_layers_ != layersOf(frames))
            makeCurves(frames, data);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            curves_[i].frame = frames[i];
            curves_[i].response = responses[i];
            fill(curves_[i]);
        }
        extents();
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override;
    std::optional<Readout> readout(const QPointF& pixel) const override;

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (!phase_rect_ || (axis != "x" && axis != "x2"))
            return {};
        const QCPRange range = (axis == "x" ? rect_ : phase_rect_)->axis(QCPAxis::atBottom)->range();
        return {{axis == "x" ? "x2" : "x", {range.lower, range.upper}}};
    }

protected:
    void build() override;

private:
    void makeCurves(const std::vector<Frame>& frames, const FigureData& data);
    void fill(LayerCurves& curves) const;
    void extents();

    QCPAxisRect *rect_ = nullptr, *phase_rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    std::vector<LayerCurves> curves_;
    std::vector<std::int64_t> shown_layers_; ///< whose colours the curves have
};

void FrequencyFigure::build()
{
    const bool log = spec().flag("log_omega"), phase = spec().flag("phase") && !style().compact;
    const QString omega = QStringLiteral("ω (rad/position)");
    curves_.clear();
    phase_rect_ = nullptr;
    legend_ = nullptr;
    rect_ = makeAxisRect(plot(), style(), 0, 0);
    styleAxis(rect_->axis(QCPAxis::atBottom), style(), omega, log ? TickKind::Log : TickKind::Pi);
    styleAxis(rect_->axis(QCPAxis::atLeft), style(), QStringLiteral("|H(ω)| (dB)"), TickKind::Linear);
    axes_ = {{"x", rect_->axis(QCPAxis::atBottom)}, {"y", rect_->axis(QCPAxis::atLeft)}};
    if (phase) {
        hideLabels(rect_->axis(QCPAxis::atBottom), style());
        phase_rect_ = makeAxisRect(plot(), style(), 1, 0);
        styleAxis(phase_rect_->axis(QCPAxis::atBottom), style(), omega, log ? TickKind::Log : TickKind::Pi);
        styleAxis(phase_rect_->axis(QCPAxis::atLeft), style(), QStringLiteral("phase (rad)"), TickKind::Pi);
        auto* sides = new QCPMarginGroup(&plot());
        rect_->setMarginGroup(QCP::msLeft, sides);
        phase_rect_->setMarginGroup(QCP::msLeft, sides);
        plot().plotLayout()->setRowStretchFactor(0, 1.25);
        plot().plotLayout()->setRowStretchFactor(1, 1);
        axes_.push_back({"x2", phase_rect_->axis(QCPAxis::atBottom)});
        axes_.push_back({"y2", phase_rect_->axis(QCPAxis::atLeft)});
    }
    for (AxisSlot& slot : axes_) {
        if (slot.name.front() == 'x') {
            slot.link = LinkAxis::Omega;
            slot.pad_low = slot.pad_high = 0;
        } else {
            slot.pad_low = slot.pad_high = 0.06;
        }
    }
}

void FrequencyFigure::makeCurves(const std::vector<Frame>& frames, const FigureData& data)
{
    shown_layers_ = layersOf(frames);
    if (legend_)
        legend_->clearItems(); // they point at the curves
    for (LayerCurves& old : curves_) {
        for (QCPAbstractPlottable* plottable :
             std::initializer_list<QCPAbstractPlottable*>{old.magnitude, old.magnitude_band, old.phase}) {
            if (plottable)
                plot().removePlottable(plottable);
        }
    }
    curves_.clear();
    const bool all = allLayers(spec());
    if (all && spec().legend && !legend_ && frames.size() > 1) {
        legend_ = makeLegend(rect_, style());
        legends_.push_back({legend_, rect_});
    }
    for (const Frame& frame : frames) {
        const QPen pen = layerPen(frame->info, data, all);
        LayerCurves curves;
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        if (!all) {
            curves.magnitude_band = new Band(x, y);
            curves.magnitude_band->setBrush(mix(colors().panel, pen.color(), 0.25));
        }
        curves.magnitude = new Curve(x, y);
        curves.magnitude->setPen(pen);
        if (phase_rect_) { // no band: the phases of channels turn apart, their quantiles say nothing
            curves.phase = new Curve(phase_rect_->axis(QCPAxis::atBottom), phase_rect_->axis(QCPAxis::atLeft));
            curves.phase->setPen(pen);
        }
        if (legend_)
            addToLegend(legend_, curves.magnitude, layerName(frame->info));
        curves_.push_back(curves);
    }
}

void FrequencyFigure::fill(LayerCurves& curves) const
{
    const ResponseProfile& response = *curves.response;
    const auto wide = [](const std::vector<float>& values) {
        return std::vector<double>(values.begin(), values.end());
    };
    curves.magnitude->setData(response.omega, wide(response.decibel));
    if (curves.magnitude_band)
        curves.magnitude_band->setData(response.decibel_low.empty() ? std::vector<double>{} : response.omega,
                                       wide(response.decibel_low), wide(response.decibel_high));
    if (!curves.phase)
        return;
    const bool unwrap = spec().flag("unwrap");
    std::vector<double> phase = wide(response.phase);
    if (!unwrap)
        std::transform(phase.begin(), phase.end(), phase.begin(), wrapped);
    curves.phase->setData(response.omega, std::move(phase));
}

void FrequencyFigure::extents()
{
    const double lowest_omega =
        spec().flag("log_omega") && !curves_.empty() && curves_.front().response->omega.size() > 1
            ? curves_.front().response->omega[1]
            : 0;
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    for (AxisSlot& slot : axes_)
        slot.low = slot.high = kNone;
    const auto widen = [](AxisSlot& slot, double value) {
        if (std::isfinite(value)) {
            slot.low = std::isnan(slot.low) ? value : std::min(slot.low, value);
            slot.high = std::isnan(slot.high) ? value : std::max(slot.high, value);
        }
    };
    for (const LayerCurves& curves : curves_) {
        const ResponseProfile& response = *curves.response;
        const bool band = curves.magnitude_band && !response.decibel_low.empty();
        for (const auto* values : {&response.decibel, band ? &response.decibel_low : &response.decibel,
                                   band ? &response.decibel_high : &response.decibel}) {
            for (const float value : *values)
                widen(slot("y"), value);
        }
        if (curves.phase) {
            for (const double value : curves.phase->y())
                widen(slot("y2"), value);
        }
    }
    AxisSlot& magnitude = slot("y");
    magnitude.low = std::max(magnitude.low, magnitude.high - kDepthDb);
    for (AxisSlot& slot : axes_) {
        if (slot.link == LinkAxis::Omega) {
            slot.low = lowest_omega;
            slot.high = std::numbers::pi;
        }
    }
}

FigureTable FrequencyFigure::table(const FigureSpec& spec, const FigureData& data) const
{
    FigureTable table({{"layer", "", std::vector<std::int64_t>{}},
                       {"omega", "rad/position", std::vector<double>{}},
                       {"magnitude_db", "dB", std::vector<double>{}},
                       {"magnitude_db_low", "dB", std::vector<double>{}},
                       {"magnitude_db_high", "dB", std::vector<double>{}},
                       {"phase", "rad", std::vector<double>{}}});
    for (const Frame& frame : framesOf(spec, data)) {
        const auto response = responseOf(frame, choice(spec), QDeadlineTimer(QDeadlineTimer::Forever)).response;
        if (!response)
            continue;
        for (std::size_t m = 0; m < response->omega.size(); ++m) {
            const bool band = !response->decibel_low.empty();
            const double phase = spec.flag("unwrap") ? double(response->phase[m]) : wrapped(response->phase[m]);
            table.addRow(frame->info.layer, response->omega[m], double(response->decibel[m]),
                         double(band ? response->decibel_low[m] : response->decibel[m]),
                         double(band ? response->decibel_high[m] : response->decibel[m]), phase);
        }
    }
    return table;
}

std::optional<Readout> FrequencyFigure::readout(const QPointF& pixel) const
{
    const bool on_magnitude = rect_->rect().contains(pixel.toPoint());
    const bool on_phase = phase_rect_ && phase_rect_->rect().contains(pixel.toPoint());
    const LayerCurves* best = nullptr;
    double least = std::numeric_limits<double>::max();
    std::size_t at = 0;
    for (const LayerCurves& curves : curves_) {
        const Curve* curve = on_phase ? curves.phase : curves.magnitude;
        const auto point = curve->nearest(curve->keyAxis()->pixelToCoord(pixel.x()));
        if (!point)
            continue;
        const double distance = std::abs(curve->pixelOf(*point).y() - pixel.y());
        if (distance < least) {
            least = distance;
            best = &curves;
            at = *point;
        }
    }
    if (!best || (!on_magnitude && !on_phase))
        return std::nullopt;
    const ResponseProfile& response = *best->response;
    const double phase = spec().flag("unwrap") ? double(response.phase[at]) : wrapped(response.phase[at]);
    Readout readout;
    readout.title = QStringLiteral("ω = %1 rad/position").arg(formatValue(response.omega[at], 4));
    readout.rows.emplace_back(QStringLiteral("|H|"), formatValue(response.decibel[at], 4) + QStringLiteral(" dB"));
    if (best->phase)
        readout.rows.emplace_back(QStringLiteral("phase"), formatValue(phase, 4) + QStringLiteral(" rad"));
    readout.rows.emplace_back(layerName(best->frame->info), channelText(spec(), best->frame->info.channels));
    readout.status = QStringLiteral("%1 · %2 · |H| = %3 dB, phase = %4 rad")
                         .arg(layerName(best->frame->info), readout.title, formatValue(response.decibel[at], 4),
                              formatValue(phase, 4));
    readout.links.emplace_back(LinkAxis::Omega, response.omega[at]);
    readout.marks.push_back(best->magnitude->pixelOf(at));
    if (best->phase)
        readout.marks.push_back(best->phase->pixelOf(at));
    readout.layer = best->frame->info.layer;
    return readout;
}

} // namespace

std::unique_ptr<Figure> makeFrequencyFigure()
{
    return std::make_unique<FrequencyFigure>();
}

} // namespace toeplab::widgets
