// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/run_metrics.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The runs of one setting and their mean over seeds, at the steps that all of them have: n never changes along a
/// curve.
struct Group {
    std::string name;
    int color = 0;
    std::vector<const FigureRun*> runs;
    std::vector<double> x, mean, low, high;
    std::vector<std::int64_t> steps;
};

/// Smoothed values of one run by step.
struct Track {
    std::vector<std::int64_t> steps;
    std::vector<double> x, y;
};

Track trackOf(const FigureRun& run, const FigureSpec& spec)
{
    const Metric& metric = metricOf(spec.text("metric"));
    Track track;
    if (spec.text("series") == "validation") {
        for (std::size_t i = 0; metric.validation && i < run.validation.size(); ++i) {
            const core::ValidationRow& row = run.validation[i];
            if (row.split != "val")
                continue;
            track.steps.push_back(row.step);
            track.x.push_back(placeOf(run.training, row.step, spec.text("x")));
            track.y.push_back(metric.validation(row));
        }
        return track;
    }
    Smoother smoother(spec.number("smoothing"));
    for (std::size_t i = 0; i < run.training.size(); ++i) {
        const core::MetricsRow& row = run.training[i];
        track.steps.push_back(row.step);
        track.x.push_back(placeOf(row, spec.text("x")));
        track.y.push_back(smoother.next(metric.of(row)));
    }
    return track;
}

struct Spread {
    double mean = kNone, low = kNone, high = kNone;
};

/// band: std (mean and one sample standard deviation), stderr (of the mean), minmax, none.
Spread spreadOf(const std::vector<double>& values, const std::string& band)
{
    const double n = double(values.size());
    double sum = 0, squares = 0;
    for (const double value : values)
        sum += value;
    const double mean = sum / n;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    if (band == "minmax")
        return {mean, *std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end())};
    const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
    const double half = band == "std" ? deviation : band == "stderr" ? deviation / std::sqrt(n) : 0;
    return {mean, mean - half, mean + half};
}

std::vector<Group> groupsOf(const FigureSpec& spec, const FigureData& data)
{
    std::vector<Group> groups;
    for (const FigureRun& run : data.runs) {
        const std::string& name = run.group.empty() ? run.name : run.group;
        auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
        if (group == groups.end()) {
            groups.push_back({name, static_cast<int>(groups.size()), {}, {}, {}, {}, {}, {}});
            group = groups.end() - 1;
            if (run.group.empty())
                group->color = run.color;
        }
        group->runs.push_back(&run);
    }
    for (Group& group : groups) {
        std::vector<Track> tracks;
        for (const FigureRun* run : group.runs)
            tracks.push_back(trackOf(*run, spec));
        std::vector<std::size_t> at(tracks.size(), 0);
        for (std::size_t i = 0; i < tracks.front().steps.size(); ++i) {
            const std::int64_t step = tracks.front().steps[i];
            std::vector<double> values, places;
            for (std::size_t t = 0; t < tracks.size(); ++t) {
                while (at[t] < tracks[t].steps.size() && tracks[t].steps[at[t]] < step)
                    ++at[t];
                if (at[t] < tracks[t].steps.size() && tracks[t].steps[at[t]] == step &&
                    std::isfinite(tracks[t].y[at[t]])) {
                    values.push_back(tracks[t].y[at[t]]);
                    places.push_back(tracks[t].x[at[t]]);
                }
            }
            if (values.size() != tracks.size())
                continue;
            const Spread spread = spreadOf(values, spec.text("band"));
            group.steps.push_back(step);
            group.x.push_back(spreadOf(places, "none").mean); // seeds differ in time a little, not in step
            group.mean.push_back(spread.mean);
            group.low.push_back(spread.low);
            group.high.push_back(spread.high);
        }
    }
    return groups;
}

class CompareFigure final : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const override
    {
        const bool validation = spec.text("series") == "validation";
        return std::any_of(data.runs.begin(), data.runs.end(), [&](const FigureRun& run) {
            return validation ? !run.validation.empty() : !run.training.empty();
        });
    }

    bool setData(const FigureData& data, QDeadlineTimer) override
    {
        if (legend_)
            legend_->clearItems(); // they point at the plottables
        plot().clearPlottables();
        curves_.clear();
        groups_ = groupsOf(spec(), data);
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        const bool bands = spec().text("band") != "none";
        AxisSlot &xs = slot("x"), &ys = slot("y");
        xs.low = xs.high = ys.low = ys.high = kNone;
        const auto widen = [](AxisSlot& slot, double value, bool log) {
            if (!std::isfinite(value) || (log && value <= 0))
                return;
            slot.low = std::isnan(slot.low) ? value : std::min(slot.low, value);
            slot.high = std::isnan(slot.high) ? value : std::max(slot.high, value);
        };
        for (const Group& group : groups_) {
            const QPen pen = curvePen(colors(), group.color, style().curve);
            if (bands && group.runs.size() > 1) {
                auto* band = new Band(x, y);
                QColor fill = pen.color();
                fill.setAlphaF(0.2F);
                band->setBrush(fill);
                band->setData(group.x, group.low, group.high);
            }
            auto* curve = new Curve(x, y);
            curve->setPen(pen);
            curve->setData(group.x, group.mean);
            if (spec().text("series") == "validation" && group.x.size() <= 60) {
                curve->setMarker(Marker::Circle, style().px(2.8));
                curve->setBrush(pen.color());
            }
            curves_.push_back(curve);
            const QString name = QString::fromStdString(group.name);
            const auto count = static_cast<int>(group.runs.size());
            addToLegend(legend_, curve, count > 1 ? QStringLiteral("%1 (n = %2)").arg(name).arg(count) : name);
            for (std::size_t i = 0; i < group.x.size(); ++i) {
                widen(xs, group.x[i], spec().flag("log_x"));
                for (const double value :
                     {group.mean[i], bands ? group.low[i] : group.mean[i], bands ? group.high[i] : group.mean[i]})
                    widen(ys, value, spec().flag("log_y"));
            }
        }
        for (Group& group : groups_)
            group.runs.clear(); // they point into the data of this call
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"group", "", std::vector<std::string>{}},
                           {"runs", "", std::vector<std::int64_t>{}},
                           {"step", "", std::vector<std::int64_t>{}},
                           {spec.text("x") == "step" ? "x" : spec.text("x"), "", std::vector<double>{}},
                           {"mean", "", std::vector<double>{}},
                           {"low", "", std::vector<double>{}},
                           {"high", "", std::vector<double>{}}});
        for (const Group& group : groupsOf(spec, data)) {
            for (std::size_t i = 0; i < group.x.size(); ++i)
                table.addRow(group.name, static_cast<std::int64_t>(group.runs.size()), group.steps[i], group.x[i],
                             group.mean[i], group.low[i], group.high[i]);
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (!rect_->rect().contains(pixel.toPoint()))
            return std::nullopt;
        std::size_t best = groups_.size(), at = 0;
        double least = std::numeric_limits<double>::max();
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            const auto point = curves_[i]->nearest(curves_[i]->keyAxis()->pixelToCoord(pixel.x()));
            if (!point)
                continue;
            const double distance = std::abs(curves_[i]->pixelOf(*point).y() - pixel.y());
            if (distance < least) {
                least = distance;
                best = i;
                at = *point;
            }
        }
        if (best == groups_.size())
            return std::nullopt;
        const Group& group = groups_[best];
        const Metric& metric = metricOf(spec().text("metric"));
        Readout readout;
        readout.title = QString::fromStdString(group.name);
        readout.rows.emplace_back(QStringLiteral("step"), formatInteger(group.steps[at]));
        readout.rows.emplace_back(metric.name, formatValue(group.mean[at], 4));
        if (group.low[at] < group.high[at])
            readout.rows.emplace_back(QString::fromStdString(spec().text("band")), formatValue(group.low[at], 4) +
                                                                                       QStringLiteral(" to ") +
                                                                                       formatValue(group.high[at], 4));
        readout.status =
            QStringLiteral("%1 · step %2 · %3 = %4")
                .arg(readout.title, formatInteger(group.steps[at]), metric.name, formatValue(group.mean[at], 4));
        readout.links.emplace_back(LinkAxis::Step, double(group.steps[at]));
        readout.marks.push_back(curves_[best]->pixelOf(at));
        readout.step = group.steps[at];
        return readout;
    }

protected:
    void build() override
    {
        curves_.clear();
        groups_.clear();
        legend_ = nullptr;
        rect_ = makeAxisRect(plot(), style(), 0, 0);
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        const std::string& place = spec().text("x");
        const TickKind plain = place == "step"   ? TickKind::Integer
                               : place == "time" ? TickKind::Time
                                                 : TickKind::Linear;
        const Metric& metric = metricOf(spec().text("metric"));
        const bool validation = spec().text("series") == "validation";
        styleAxis(x, style(), placeLabel(place), spec().flag("log_x") ? TickKind::Log : plain);
        styleAxis(y, style(), (validation ? QStringLiteral("validation ") : QString()) + metric.label,
                  spec().flag("log_y") ? TickKind::Log : TickKind::Linear);
        if (spec().legend) {
            legend_ = makeLegend(rect_, style());
            legends_.push_back({legend_, rect_});
        }
        axes_ = {{"x", x}, {"y", y}};
        axes_[0].link = place == "step" ? LinkAxis::Step : LinkAxis::None;
        axes_[0].pad_low = axes_[0].pad_high = 0.02;
        axes_[0].least = 0;
        axes_[0].grows = true;
        axes_[1].least = metric.least;
        axes_[1].most = metric.most;
    }

private:
    QCPAxisRect* rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    std::vector<Curve*> curves_;
    std::vector<Group> groups_;
};

} // namespace

std::unique_ptr<Figure> makeCompareFigure()
{
    return std::make_unique<CompareFigure>();
}

} // namespace toeplab::widgets
