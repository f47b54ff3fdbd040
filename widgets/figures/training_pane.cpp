// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/training_pane.h"

#include "widgets/plots/event_marks.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

/// Which events are worth a mark; the rest is in the log.
bool marked(const core::RunEvent& event)
{
    return event.kind == "lr" || event.kind == "nan" || event.kind == "resumed" || event.kind == "note";
}

QString markLabel(const core::RunEvent& event)
{
    if (event.kind == "lr")
        return QStringLiteral("lr ") + formatShortest(event.value);
    if (event.kind == "nan")
        return QStringLiteral("not a number");
    if (event.kind == "resumed")
        return QStringLiteral("resumed");
    return QStringLiteral("note"); // a sentence, which the read-out has
}

} // namespace

TrainingPane::TrainingPane(QCustomPlot& plot, const FigureStyle& style, const FigureSpec& spec, const Metric& metric,
                           int row)
    : plot_(plot), style_(style), spec_(spec), metric_(metric), rect_(makeAxisRect(plot, style, row, 0))
{
    QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
    const std::string& place = spec.text("x");
    const TickKind plain = place == "step" ? TickKind::Integer : place == "time" ? TickKind::Time : TickKind::Linear;
    styleAxis(x, style, placeLabel(place), spec.flag("log_x") ? TickKind::Log : plain);
    styleAxis(y, style, metric.label, spec.flag("log_y") ? TickKind::Log : TickKind::Linear);
    marks_ = new EventMarks(x, y);
    marks_->setFont(style.tick);
    marks_->setPen(QPen(style.theme->border, style.axis));
    marks_->setColors(style.theme->muted, style.theme->muted, style.theme->bad);
}

QString TrainingPane::unit() const
{
    return metric_.key == "accuracy" ? QStringLiteral(" %") : QString();
}

bool TrainingPane::extends(const std::vector<FigureRun>& runs) const
{
    if (runs.size() != curves_.size())
        return false;
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const FigureRun& run = runs[i];
        const RunCurves& curves = curves_[i];
        const bool grown = run.training.size() >= curves.rows &&
                           (curves.rows == 0 || (run.training[curves.rows - 1].step == curves.last_step &&
                                                 run.training[0].step == curves.first_step));
        if (run.id != curves.id || run.color != curves.color || !grown)
            return false;
    }
    return true;
}

void TrainingPane::setRuns(const std::vector<FigureRun>& runs, QCPLegend* legend)
{
    if (!extends(runs))
        rebuild(runs, legend);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        append(runs[i], curves_[i]);
        setValidation(runs[i], curves_[i], runs.size() == 1 ? legend : nullptr);
    }
}

void TrainingPane::rebuild(const std::vector<FigureRun>& runs, QCPLegend* legend)
{
    if (legend)
        legend->clearItems(); // they point at the curves
    for (RunCurves& old : curves_) {
        for (Curve* curve : {old.raw, old.smooth, old.validation, old.broken})
            plot_.removePlottable(curve);
    }
    curves_.clear();
    const bool single = runs.size() == 1;
    for (const FigureRun& run : runs) {
        RunCurves curves = makeCurves(run, single);
        addToLegend(legend, spec_.number("smoothing") > 0 ? curves.smooth : curves.raw,
                    single ? QStringLiteral("training") : QString::fromStdString(run.name));
        curves_.push_back(std::move(curves));
    }
}

TrainingPane::RunCurves TrainingPane::makeCurves(const FigureRun& run, bool single) const
{
    const Theme& colors = *style_.theme;
    const double beta = spec_.number("smoothing");
    RunCurves curves;
    curves.id = run.id;
    curves.color = run.color;
    curves.smoother = Smoother(beta);
    const QPen pen = curvePen(colors, run.color, style_.curve);
    for (Curve** curve : {&curves.raw, &curves.smooth, &curves.validation, &curves.broken})
        *curve = new Curve(rect_->axis(QCPAxis::atBottom), rect_->axis(QCPAxis::atLeft));
    curves.raw->setPen(QPen(mix(colors.panel, pen.color(), beta > 0 ? 0.3 : 1), style_.curve * (beta > 0 ? 0.6 : 1)));
    curves.raw->setVisible(beta <= 0 || spec_.flag("raw"));
    curves.smooth->setPen(pen);
    curves.smooth->setVisible(beta > 0);
    const QColor point = single ? runColor(colors, run.color + 1) : pen.color();
    curves.validation->setPen(QPen(point, style_.curve * 0.8, Qt::SolidLine));
    curves.validation->setBrush(colors.panel);
    curves.validation->setMarker(Marker::Circle, style_.px(3.6));
    curves.validation->setVisible(showsValidation());
    curves.broken->setPen(QPen(colors.bad, style_.curve * 0.8));
    curves.broken->setBrush(colors.bad);
    curves.broken->setLineVisible(false);
    curves.broken->setMarker(Marker::Diamond, style_.px(4));
    return curves;
}

void TrainingPane::append(const FigureRun& run, RunCurves& curves)
{
    const std::string& place = spec_.text("x");
    for (; curves.rows < run.training.size(); ++curves.rows) {
        const core::MetricsRow& row = run.training[curves.rows];
        const double x = placeOf(row, place), value = metric_.of(row);
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
}

void TrainingPane::setValidation(const FigureRun& run, RunCurves& curves, QCPLegend* legend)
{
    if (!metric_.validation)
        return;
    if (curves.validation->x().size() != run.validation.size()) {
        std::vector<double> xs, ys;
        for (std::size_t i = 0; i < run.validation.size(); ++i) {
            if (run.validation[i].split != "val")
                continue;
            xs.push_back(placeOf(run.training, run.validation[i].step, spec_.text("x")));
            ys.push_back(metric_.validation(run.validation[i]));
        }
        curves.validation->setData(std::move(xs), std::move(ys));
    }
    if (legend && showsValidation() && !run.validation.empty() && !legend->hasItemWithPlottable(curves.validation))
        addToLegend(legend, curves.validation, QStringLiteral("validation"));
}

void TrainingPane::setMarks(const std::vector<FigureRun>& runs, bool labels)
{
    std::vector<EventMark> marks;
    if (spec_.flag("events")) {
        for (const FigureRun& run : runs) {
            for (std::size_t i = 0; i < run.events.size(); ++i) {
                const core::RunEvent& event = run.events[i];
                if (marked(event))
                    marks.push_back({placeOf(run.training, event.step, spec_.text("x")),
                                     labels ? markLabel(event) : QString(), event.kind == "nan",
                                     QString::fromStdString(event.text)});
            }
        }
    }
    std::stable_sort(marks.begin(), marks.end(), [](const EventMark& a, const EventMark& b) { return a.x < b.x; });
    marks_->setMarks(std::move(marks));
}

void TrainingPane::extents(AxisSlot& x, AxisSlot& y) const
{
    const auto sign = [](bool log) { return log ? QCP::sdPositive : QCP::sdBoth; };
    x.low = x.high = y.low = y.high = std::numeric_limits<double>::quiet_NaN();
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
            const QCPRange values = curve->getValueRange(found, sign(spec_.flag("log_y")), QCPRange());
            widen(y, values, found);
            const auto first = std::find_if(curve->x().begin(), curve->x().end(),
                                            [&](double v) { return !spec_.flag("log_x") || v > 0; });
            if (first != curve->x().end())
                widen(x, QCPRange(*first, curve->x().back()), true);
        }
    }
    if (spec_.text("x") == "step" && !spec_.flag("log_x") && std::isfinite(x.low))
        x.low = std::min(x.low, 0.0);
}

std::optional<TrainingPane::Hit> TrainingPane::hit(const QPointF& pixel) const
{
    const double place = rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel.x());
    std::optional<Hit> best;
    double least = std::numeric_limits<double>::max();
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const Curve* curve = curves_[i].smooth->visible() ? curves_[i].smooth : curves_[i].raw;
        const auto point = curve->nearest(place);
        if (!point || *point >= curves_[i].rows)
            continue;
        const QPointF spot = curve->pixelOf(*point);
        const double distance = std::isfinite(spot.y()) ? std::abs(spot.y() - pixel.y()) : 1e6;
        if (distance < least) {
            least = distance;
            best = Hit{i, *point, curves_[i].smooth->y()[*point], spot};
        }
    }
    return best;
}

QString TrainingPane::eventAt(double pixel_x) const
{
    const int mark = marks_->markAt(pixel_x, style_.px(4));
    return mark < 0 ? QString() : marks_->marks()[static_cast<std::size_t>(mark)].text;
}

} // namespace toeplab::widgets
