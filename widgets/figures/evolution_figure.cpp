// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/kernel_curve.h"
#include "widgets/plots/number_format.h"
#include "widgets/plots/toeplitz_map.h"
#include "widgets/plots/waterfall_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

using Frame = std::shared_ptr<const core::KernelFrame>;

ProfileChoice choice(const FigureSpec& spec)
{
    return {spec.channel, spec.quantile_low, spec.quantile_high};
}

/// The stored kernels of the chosen layer, of one length.
std::vector<Frame> framesOf(const FigureSpec& spec, const FigureData& data)
{
    std::vector<Frame> frames;
    for (const Frame& frame : data.snapshots) {
        if (chosenFrame(spec, {frame}) && (frames.empty() || frame->info.length == frames.front()->info.length))
            frames.push_back(frame);
    }
    return frames;
}

/// Step 0 has no place on a logarithmic axis: it stands half a step before step 1.
double placeOf(std::int64_t step, bool log)
{
    return log ? std::max(double(step), 0.5) : double(step);
}

class EvolutionFigure final : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const override
    {
        return !framesOf(spec, data).empty();
    }

    bool setData(const FigureData& data, QDeadlineTimer deadline) override
    {
        frames_ = framesOf(spec(), data);
        std::vector<std::shared_ptr<const KernelProfile>> profiles;
        for (const Frame& frame : frames_) {
            auto [profile, done] = profileOf(frame, choice(spec()), deadline);
            if (!done)
                return false;
            if (!profile)
                profile = std::make_shared<KernelProfile>();
            profiles.push_back(std::move(profile));
        }
        for (std::size_t i = profiles.size(); i-- > 0;) { // frames whose size is not what they say
            if (!profiles[i]->table) {
                profiles.erase(profiles.begin() + static_cast<std::ptrdiff_t>(i));
                frames_.erase(frames_.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        profiles_ = std::move(profiles);
        if (profiles_.empty())
            return true;
        if (chosen_)
            chosen_->setPen(layerPen(frames_.front()->info, data));
        show();
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"step", "", std::vector<std::int64_t>{}},
                           {"lag", "positions", std::vector<std::int64_t>{}},
                           {"kernel", "", std::vector<double>{}}});
        for (const Frame& frame : framesOf(spec, data)) {
            const auto profile = profileOf(frame, choice(spec), QDeadlineTimer(QDeadlineTimer::Forever)).profile;
            if (!profile)
                continue;
            const auto [first, last] = lags(spec, frame->info);
            for (std::int64_t lag = first; lag <= last; ++lag)
                table.addRow(frame->step, lag,
                             double(profile->value[static_cast<std::size_t>(lag + profile->length - 1)]));
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (profiles_.empty())
            return std::nullopt;
        const bool on_map = map_rect_->rect().contains(pixel.toPoint());
        QCPAxisRect* profile_rect = chosen_ ? chosen_->line().keyAxis()->axisRect() : nullptr;
        if (!on_map && !(profile_rect && profile_rect->rect().contains(pixel.toPoint())))
            return std::nullopt;
        const auto [first, last] = lags(spec(), frames_.front()->info);
        const double place = map_->keyAxis()->pixelToCoord(pixel.x());
        const auto lag = std::clamp<std::int64_t>(std::llround(place), first, last);
        const auto row = static_cast<std::size_t>(on_map ? std::max(map_->rowAt(map_->coordsAt(pixel).y()), 0)
                                                         : std::max(selected_, 0));
        const float value = profiles_[row]->value[static_cast<std::size_t>(lag + profiles_[row]->length - 1)];
        Readout readout;
        readout.title = QStringLiteral("step %1, lag %2").arg(formatInteger(frames_[row]->step), formatInteger(lag));
        readout.rows.emplace_back(QStringLiteral("value"), formatValue(value, 4));
        readout.rows.emplace_back(layerName(frames_[row]->info), channelText(spec(), profiles_[row]->channels));
        readout.status = QStringLiteral("step %1 · lag %2 = %3")
                             .arg(formatInteger(frames_[row]->step), formatInteger(lag), formatValue(value, 4));
        readout.links.emplace_back(LinkAxis::Lag, double(lag));
        if (on_map) {
            readout.links.emplace_back(LinkAxis::Step, double(frames_[row]->step));
            readout.step = frames_[row]->step;
        } else {
            readout.marks.push_back(chosen_->pixelAt(lag));
        }
        return readout;
    }

    bool setCrosshair(LinkAxis link, double position) override
    {
        bool changed = false;
        if (link == LinkAxis::Step && !profiles_.empty()) { // a frame is a stored snapshot: the line snaps to it
            pointed_ = std::isfinite(position);
            const int before = selected_;
            selected_ = pointed_ ? map_->rowAt(placeOf(std::llround(position), log())) : standing();
            changed = selected_ != before;
            if (changed)
                select();
            if (pointed_)
                position = map_->rows()[static_cast<std::size_t>(selected_)].step;
        }
        return Figure::setCrosshair(link, position) || changed;
    }

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (!chosen_)
            return {};
        const auto range = [](const QCPAxis* of) {
            return std::array<double, 2>{of->range().lower, of->range().upper};
        };
        if (axis == "x")
            return {{"lag", range(map_->keyAxis())}};
        if (axis == "lag")
            return {{"x", range(chosen_->line().keyAxis())}};
        return {};
    }

    void ranged() override
    {
        for (KernelCurve* curve : {first_.get(), last_.get(), chosen_.get()}) {
            if (curve)
                curve->adapt();
        }
    }

protected:
    void build() override;

private:
    [[nodiscard]] bool log() const { return spec().flag("log_step"); }
    static std::pair<std::int64_t, std::int64_t> lags(const FigureSpec& spec, const core::LayerInfo& info)
    {
        const auto most = static_cast<std::int64_t>(spec.number("max_lag"));
        const std::int64_t reach = most > 0 ? std::min(most, info.length - 1) : info.length - 1;
        return {info.causal ? 0 : -reach, reach};
    }
    /// The snapshot shown when no crosshair is there: the spec's, else the last.
    [[nodiscard]] int standing() const
    {
        if (spec().snapshot < 0)
            return static_cast<int>(profiles_.size()) - 1;
        return map_->rowAt(placeOf(spec().snapshot, log()));
    }
    void show();
    void select();

    QCPAxisRect* map_rect_ = nullptr;
    WaterfallMap* map_ = nullptr;
    ColorBar bar_;
    QCPLegend* legend_ = nullptr;
    std::unique_ptr<KernelCurve> first_, last_, chosen_;
    std::vector<Frame> frames_;
    std::vector<std::shared_ptr<const KernelProfile>> profiles_;
    int selected_ = -1;
    bool pointed_ = false; ///< a crosshair chose it, not the spec
};

void EvolutionFigure::build()
{
    map_rect_ = makeAxisRect(plot(), style(), 0, 0);
    QCPAxis *lag = map_rect_->axis(QCPAxis::atBottom), *step = map_rect_->axis(QCPAxis::atLeft);
    const bool profile = spec().flag("profile") && !style().compact;
    styleAxis(lag, style(), QStringLiteral("lag k (positions)"), TickKind::Integer);
    styleAxis(step, style(), QStringLiteral("training step"), log() ? TickKind::Log : TickKind::Integer);
    lag->grid()->setVisible(false);
    step->grid()->setVisible(false);
    map_ = new WaterfallMap(lag, step);
    map_->setColors(ColorMap::diverging(colors().kind));
    map_->setVectorScale(style().image_scale);
    bar_ = makeColorBar(plot(), style(), 0, 1, QStringLiteral("kernel tₖ"));
    bar_.ramp->setColors(ColorMap::diverging(colors().kind));
    auto* group = new QCPMarginGroup(&plot());
    map_rect_->setMarginGroup(QCP::msTop | QCP::msBottom, group);
    bar_.rect->setMarginGroup(QCP::msTop | QCP::msBottom, group);
    axes_ = {{"x", lag}, {"y", step}};
    axes_[0].link = LinkAxis::Lag;
    axes_[1].link = LinkAxis::Step;
    axes_[0].pad_low = axes_[0].pad_high = axes_[1].pad_low = axes_[1].pad_high = 0;

    legend_ = nullptr;
    first_.reset();
    last_.reset();
    chosen_.reset();
    selected_ = -1;
    if (!profile)
        return;
    hideLabels(lag, style());
    QCPAxisRect* rect = makeAxisRect(plot(), style(), 1, 0);
    if (spec().legend) {
        legend_ = makeLegend(rect, style());
        legend_->setFillOrder(QCPLayoutGrid::foColumnsFirst); // side by side: the rectangle is low
        legends_.push_back({legend_, rect});
    }
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    styleAxis(x, style(), QStringLiteral("lag k (positions)"), TickKind::Integer);
    styleAxis(y, style(), QStringLiteral("tₖ"), TickKind::Linear);
    auto* sides = new QCPMarginGroup(&plot());
    map_rect_->setMarginGroup(QCP::msLeft | QCP::msRight, sides);
    rect->setMarginGroup(QCP::msLeft | QCP::msRight, sides);
    const auto ghost = [&](double strength, double width) {
        return QPen(mix(colors().panel, colors().text, strength), style().curve * width, Qt::SolidLine, Qt::FlatCap);
    };
    first_ = std::make_unique<KernelCurve>(x, y, style(), ghost(0.25, 0.8), false);
    last_ = std::make_unique<KernelCurve>(x, y, style(), ghost(0.55, 0.8), false);
    chosen_ = std::make_unique<KernelCurve>(x, y, style(), QPen(), false);
    for (KernelCurve* curve : {first_.get(), last_.get(), chosen_.get()})
        curve->setBandVisible(false); // the values of the waterfall, no others
    plot().plotLayout()->setRowStretchFactor(0, 1.6);
    plot().plotLayout()->setRowStretchFactor(1, 1);
    axes_.push_back({"lag", x});
    axes_.push_back({"value", y});
    axes_[2].link = LinkAxis::Lag;
    axes_[2].pad_low = axes_[2].pad_high = 0;
    axes_[3].pad_low = 0.06;
    axes_[3].pad_high = legend_ ? 0.6 : 0.06; // the legend stands above the curves
}

void EvolutionFigure::show()
{
    std::vector<WaterfallRow> rows;
    float peak = 0;
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
        rows.push_back({placeOf(frames_[i]->step, log()), profiles_[i]->table});
        if (std::isfinite(profiles_[i]->table->peak()))
            peak = std::max(peak, std::abs(profiles_[i]->table->peak()));
    }
    const double limit = colorLimit(spec().number("limit"), peak);
    map_->setLimit(limit);
    bar_.axis->setRange(-limit, limit);
    const auto [first, last] = lags(spec(), frames_.front()->info);
    const auto edge = [&](std::size_t at, std::size_t neighbour) { // half the gap beyond the outermost rows
        const double a = rows[at].step, b = rows[neighbour].step;
        if (rows.size() == 1)
            return log() ? std::array<double, 2>{a * 0.7, a * 1.4} : std::array<double, 2>{a - 0.5, a + 0.5};
        const double half = log() ? a * std::sqrt(a / b) : a + (a - b) / 2;
        return std::array<double, 2>{half, half};
    };
    slot("x").low = double(first) - 0.5;
    slot("x").high = double(last) + 0.5;
    slot("y").low = edge(0, std::min<std::size_t>(1, rows.size() - 1))[0];
    slot("y").high = edge(rows.size() - 1, rows.size() < 2 ? 0 : rows.size() - 2)[1];
    map_->setRows(std::move(rows));
    if (!chosen_)
        return;
    first_->setProfile(profiles_.front(), 1, first, last);
    last_->setProfile(profiles_.back(), 1, first, last);
    double low = 0, high = 0;
    for (const auto& profile : profiles_) {
        for (const float value : profile->value) {
            if (std::isfinite(value)) {
                low = std::min(low, double(value));
                high = std::max(high, double(value));
            }
        }
    }
    slot("lag").low = slot("x").low;
    slot("lag").high = slot("x").high;
    slot("value").low = low;
    slot("value").high = high;
    selected_ = pointed_ ? std::clamp(selected_, 0, static_cast<int>(profiles_.size()) - 1) : standing();
    select();
}

void EvolutionFigure::select()
{
    if (!chosen_ || selected_ < 0 || selected_ >= static_cast<int>(profiles_.size()))
        return;
    const auto [first, last] = lags(spec(), frames_.front()->info);
    const auto row = static_cast<std::size_t>(selected_);
    chosen_->setProfile(profiles_[row], 1, first, last);
    chosen_->adapt();
    if (!legend_)
        return;
    legend_->clearItems();
    const auto name = [&](std::size_t r) { return QStringLiteral("step ") + formatInteger(frames_[r]->step); };
    if (row != 0)
        addToLegend(legend_, &first_->line(), name(0));
    addToLegend(legend_, &chosen_->line(), name(row));
    if (row + 1 != profiles_.size())
        addToLegend(legend_, &last_->line(), name(profiles_.size() - 1));
    first_->line().setVisible(row != 0);
    last_->line().setVisible(row + 1 != profiles_.size());
}

} // namespace

std::unique_ptr<Figure> makeEvolutionFigure()
{
    return std::make_unique<EvolutionFigure>();
}

} // namespace toeplab::widgets
