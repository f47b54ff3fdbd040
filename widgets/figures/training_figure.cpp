// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/run_metrics.h"
#include "widgets/plots/event_marks.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The curves of one run and how far its rows are in them.
struct RunCurves {
    std::string id;
    int color = 0;
    Curve *raw = nullptr, *smooth = nullptr, *validation = nullptr, *broken = nullptr;
    std::size_t rows = 0;
    std::int64_t first_step = 0, last_step = 0;
    double last_value = 0; ///< the last that was a number
    Smoother smoother{0};
};

/// Which events are worth a mark; the rest is in the log.
bool marked(const core::RunEvent& event)
{
    return event.kind == "lr" || event.kind == "nan" || event.kind == "resumed" || event.kind == "note";
}

QString markLabel(const core::RunEvent& event)
{
    if (event.kind == "lr")
        return QStringLiteral("lr ") + formatValue(event.value, 2);
    if (event.kind == "nan")
        return QStringLiteral("not a number");
    if (event.kind == "resumed")
        return QStringLiteral("resumed");
    return QString::fromStdString(event.text).left(24);
}

class TrainingFigure final : public Figure
{
public:
    bool hasData(const FigureSpec&, const FigureData& data) const override
    {
        return std::any_of(data.runs.begin(), data.runs.end(),
                           [](const FigureRun& run) { return !run.training.empty() || !run.validation.empty(); });
    }

    bool setData(const FigureData& data, QDeadlineTimer) override
    {
        if (!same(data))
            rebuild(data);
        for (std::size_t i = 0; i < data.runs.size(); ++i)
            append(data.runs[i], curves_[i]);
        setMarks(data);
        extents();
        data_ = data.runs;
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override;
    std::optional<Readout> readout(const QPointF& pixel) const override;

protected:
    void build() override;

private:
    [[nodiscard]] const Metric& metric() const { return metricOf(spec().text("metric")); }
    [[nodiscard]] bool same(const FigureData& data) const;
    void rebuild(const FigureData& data);
    void append(const FigureRun& run, RunCurves& curves);
    void setMarks(const FigureData& data);
    void extents();

    QCPAxisRect* rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    EventMarks* marks_ = nullptr;
    std::vector<RunCurves> curves_;
    std::vector<FigureRun> data_;
};

void TrainingFigure::build()
{
    curves_.clear();
    data_.clear();
    legend_ = nullptr;
    rect_ = makeAxisRect(plot(), style(), 0, 0);
    QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
    const std::string& place = spec().text("x");
    const TickKind plain = place == "step" ? TickKind::Integer : place == "time" ? TickKind::Time : TickKind::Linear;
    styleAxis(x, style(), placeLabel(place), spec().flag("log_x") ? TickKind::Log : plain);
    styleAxis(y, style(), metric().label, spec().flag("log_y") ? TickKind::Log : TickKind::Linear);
    marks_ = new EventMarks(x, y);
    marks_->setFont(style().tick);
    marks_->setPen(QPen(colors().border, style().axis));
    marks_->setColors(colors().muted, colors().muted, colors().bad);
    axes_ = {{"x", x}, {"y", y}};
    axes_[0].link = place == "step" ? LinkAxis::Step : LinkAxis::None;
    axes_[0].pad_low = spec().flag("log_x") ? 0 : 0.01;
    axes_[0].pad_high = 0.02;
    axes_[0].least = spec().flag("log_x") ? 0.5 : 0;
    axes_[0].grows = true;
    axes_[1].pad_low = axes_[1].pad_high = 0.05;
    axes_[1].least = metric().least;
    axes_[1].most = metric().most;
}

bool TrainingFigure::same(const FigureData& data) const
{
    if (data.runs.size() != curves_.size())
        return false;
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const FigureRun& run = data.runs[i];
        const RunCurves& curves = curves_[i];
        const bool extends = run.training.size() >= curves.rows &&
                             (curves.rows == 0 || (run.training[curves.rows - 1].step == curves.last_step &&
                                                   run.training[0].step == curves.first_step));
        if (run.id != curves.id || run.color != curves.color || !extends)
            return false;
    }
    return true;
}

void TrainingFigure::rebuild(const FigureData& data)
{
    if (legend_)
        legend_->clearItems(); // they point at the curves
    for (RunCurves& old : curves_) {
        for (Curve* curve : {old.raw, old.smooth, old.validation, old.broken})
            plot().removePlottable(curve);
    }
    curves_.clear();
    const bool validation = spec().flag("validation") && metric().validation;
    if (!legend_ && spec().legend && (data.runs.size() > 1 || validation)) {
        legend_ = makeLegend(rect_, style());
        legends_.push_back({legend_, rect_});
    }
    QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
    const double beta = spec().number("smoothing");
    for (const FigureRun& run : data.runs) {
        RunCurves curves;
        curves.id = run.id;
        curves.color = run.color;
        curves.smoother = Smoother(beta);
        const QPen pen = curvePen(colors(), run.color, style().curve);
        for (Curve** curve : {&curves.raw, &curves.smooth, &curves.validation, &curves.broken})
            *curve = new Curve(x, y);
        curves.raw->setPen(
            QPen(mix(colors().panel, pen.color(), beta > 0 ? 0.3 : 1), style().curve * (beta > 0 ? 0.6 : 1)));
        curves.raw->setVisible(beta <= 0 || spec().flag("raw"));
        curves.smooth->setPen(pen);
        curves.smooth->setVisible(beta > 0);
        const bool single = data.runs.size() == 1;
        const QColor point = single ? runColor(colors(), run.color + 1) : pen.color();
        curves.validation->setPen(QPen(point, style().curve * 0.8, Qt::SolidLine));
        curves.validation->setBrush(colors().panel);
        curves.validation->setMarker(Marker::Circle, style().px(3.6));
        curves.validation->setVisible(validation);
        curves.broken->setPen(QPen(colors().bad, style().curve * 0.8));
        curves.broken->setBrush(colors().bad);
        curves.broken->setLineVisible(false);
        curves.broken->setMarker(Marker::Diamond, style().px(4));
        if (legend_) {
            Curve* main = beta > 0 ? curves.smooth : curves.raw;
            addToLegend(legend_, main, single ? QStringLiteral("training") : QString::fromStdString(run.name));
            if (single && validation && !run.validation.empty())
                addToLegend(legend_, curves.validation, QStringLiteral("validation"));
        }
        curves_.push_back(std::move(curves));
    }
}

void TrainingFigure::append(const FigureRun& run, RunCurves& curves)
{
    const std::string& place = spec().text("x");
    const Metric& metric = this->metric();
    for (; curves.rows < run.training.size(); ++curves.rows) {
        const core::MetricsRow& row = run.training[curves.rows];
        const double x = placeOf(row, place), value = metric.of(row);
        curves.raw->append(x, value);
        curves.smooth->append(x, curves.smoother.next(value));
        if (std::isfinite(value))
            curves.last_value = value;
        else // shown where the curve was last
            curves.broken->append(x, curves.last_value);
        if (curves.rows == 0)
            curves.first_step = row.step;
        curves.last_step = row.step;
    }
    if (!metric.validation)
        return;
    const bool late = legend_ && curves_.size() == 1 && curves.validation->x().empty() && !run.validation.empty() &&
                      spec().flag("validation") && !legend_->hasItemWithPlottable(curves.validation);
    if (curves.validation->x().size() != run.validation.size()) {
        std::vector<double> xs, ys;
        for (std::size_t i = 0; i < run.validation.size(); ++i) {
            if (run.validation[i].split != "val")
                continue;
            xs.push_back(placeOf(run.training, run.validation[i].step, place));
            ys.push_back(metric.validation(run.validation[i]));
        }
        curves.validation->setData(std::move(xs), std::move(ys));
    }
    if (late)
        addToLegend(legend_, curves.validation, QStringLiteral("validation"));
}

void TrainingFigure::setMarks(const FigureData& data)
{
    std::vector<EventMark> marks;
    if (spec().flag("events")) {
        for (const FigureRun& run : data.runs) {
            for (std::size_t i = 0; i < run.events.size(); ++i) {
                const core::RunEvent& event = run.events[i];
                if (marked(event))
                    marks.push_back({placeOf(run.training, event.step, spec().text("x")),
                                     data.runs.size() == 1 ? markLabel(event) : QString(), event.kind == "nan"});
            }
        }
    }
    std::stable_sort(marks.begin(), marks.end(), [](const EventMark& a, const EventMark& b) { return a.x < b.x; });
    marks_->setMarks(std::move(marks));
}

void TrainingFigure::extents()
{
    const auto sign = [](bool log) { return log ? QCP::sdPositive : QCP::sdBoth; };
    AxisSlot &x = slot("x"), &y = slot("y");
    x.low = x.high = y.low = y.high = kNone;
    const auto widen = [](AxisSlot& slot, const QCPRange& range, bool found) {
        if (!found)
            return;
        slot.low = std::isnan(slot.low) ? range.lower : std::min(slot.low, range.lower);
        slot.high = std::isnan(slot.high) ? range.upper : std::max(slot.high, range.upper);
    };
    for (const RunCurves& curves : curves_) {
        for (const Curve* curve : {curves.raw, curves.smooth, curves.validation}) {
            if (!curve->visible() || curve->x().empty())
                continue;
            bool found = false;
            const QCPRange values = curve->getValueRange(found, sign(spec().flag("log_y")), QCPRange());
            widen(y, values, found);
            const auto first = std::find_if(curve->x().begin(), curve->x().end(),
                                            [&](double v) { return !spec().flag("log_x") || v > 0; });
            if (first != curve->x().end())
                widen(x, QCPRange(*first, curve->x().back()), true);
        }
    }
    if (spec().text("x") == "step" && !spec().flag("log_x") && std::isfinite(x.low))
        x.low = std::min(x.low, 0.0);
}

FigureTable TrainingFigure::table(const FigureSpec& spec, const FigureData& data) const
{
    const Metric& metric = metricOf(spec.text("metric"));
    FigureTable table({{"run", "", std::vector<std::string>{}},
                       {"series", "", std::vector<std::string>{}},
                       {"step", "", std::vector<std::int64_t>{}},
                       {"epoch", "", std::vector<double>{}},
                       {"wall_seconds", "s", std::vector<double>{}},
                       {metric.key, metric.key == "accuracy" ? "%" : "", std::vector<double>{}},
                       {"smoothed", "", std::vector<double>{}}});
    for (const FigureRun& run : data.runs) {
        Smoother smoother(spec.number("smoothing"));
        for (std::size_t i = 0; i < run.training.size(); ++i) {
            const core::MetricsRow& row = run.training[i];
            const double value = metric.of(row);
            table.addRow(run.name, std::string("training"), row.step, row.epoch, row.wall_seconds, value,
                         smoother.next(value));
        }
        for (std::size_t i = 0; metric.validation && spec.flag("validation") && i < run.validation.size(); ++i) {
            const core::ValidationRow& row = run.validation[i];
            if (row.split == "val")
                table.addRow(run.name, std::string("validation"), row.step, placeOf(run.training, row.step, "epoch"),
                             placeOf(run.training, row.step, "time"), metric.validation(row), kNone);
        }
    }
    return table;
}

std::optional<Readout> TrainingFigure::readout(const QPointF& pixel) const
{
    if (!rect_->rect().contains(pixel.toPoint()))
        return std::nullopt;
    const double place = rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x());
    std::size_t best = curves_.size(), at = 0;
    double least = std::numeric_limits<double>::max();
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const Curve* curve = spec().number("smoothing") > 0 ? curves_[i].smooth : curves_[i].raw;
        const auto point = curve->nearest(place);
        if (!point || *point >= data_[i].training.size())
            continue;
        const QPointF spot = curve->pixelOf(*point);
        const double distance = std::isfinite(spot.y()) ? std::abs(spot.y() - pixel.y()) : 1e6;
        if (distance < least) {
            least = distance;
            best = i;
            at = *point;
        }
    }
    if (best == curves_.size())
        return std::nullopt;
    const RunCurves& curves = curves_[best];
    const core::MetricsRow& row = data_[best].training[at];
    const QString unit = metric().key == "accuracy" ? QStringLiteral(" %") : QString();
    Readout readout;
    readout.title = QStringLiteral("step ") + formatInteger(row.step);
    if (spec().number("smoothing") > 0)
        readout.rows.emplace_back(QStringLiteral("smoothed"), formatValue(curves.smooth->y()[at], 4) + unit);
    readout.rows.emplace_back(metric().name, formatValue(metric().of(row), 4) + unit);
    if (metric().key != "lr")
        readout.rows.emplace_back(QStringLiteral("learning rate"), formatValue(row.lr, 3));
    readout.rows.emplace_back(QStringLiteral("epoch"), formatValue(row.epoch, 3));
    readout.rows.emplace_back(QStringLiteral("time"), formatDuration(row.wall_seconds));
    if (const int mark = marks_->markAt(pixel.x(), style().px(4)); mark >= 0) {
        const QString& label = marks_->marks()[static_cast<std::size_t>(mark)].label;
        if (!label.isEmpty())
            readout.rows.emplace_back(QStringLiteral("event"), label);
    }
    if (curves_.size() > 1)
        readout.rows.emplace_back(QStringLiteral("run"), QString::fromStdString(data_[best].name));
    readout.status = QStringLiteral("%1 · step %2 · %3 = %4%5")
                         .arg(QString::fromStdString(data_[best].name), formatInteger(row.step), metric().name,
                              formatValue(metric().of(row), 4), unit);
    readout.links.emplace_back(LinkAxis::Step, double(row.step));
    readout.marks.push_back((curves.smooth->visible() ? curves.smooth : curves.raw)->pixelOf(at));
    readout.step = row.step;
    return readout;
}

} // namespace

std::unique_ptr<Figure> makeTrainingFigure()
{
    return std::make_unique<TrainingFigure>();
}

} // namespace toeplab::widgets
