// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/training_pane.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Loss, accuracy and what else is logged: one metric, or a second one under it over the same steps.
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
        if (!legend_ && spec().legend && (data.runs.size() > 1 || panes_.front()->showsValidation())) {
            legend_ = makeLegend(panes_.front()->rect(), style());
            legends_.push_back({legend_, panes_.front()->rect()});
        }
        for (std::size_t i = 0; i < panes_.size(); ++i) {
            panes_[i]->setRuns(data.runs, i == 0 ? legend_ : nullptr);
            panes_[i]->setMarks(data.runs, i == 0 && data.runs.size() == 1);
            panes_[i]->extents(axes_[2 * i], axes_[2 * i + 1]);
        }
        data_ = data.runs;
        return true;
    }

    std::vector<NamedRange> coupled(const std::string& axis) const override
    {
        if (panes_.size() < 2 || axis.front() != 'x')
            return {};
        const QCPRange range = panes_[axis == "x" ? 0 : 1]->rect()->axis(QCPAxis::atBottom)->range();
        return {{axis == "x" ? "x2" : "x", {range.lower, range.upper}}};
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override;
    std::optional<Readout> readout(const QPointF& pixel) const override;

protected:
    void build() override;

private:
    void addAxes(const std::string& suffix, const TrainingPane& pane);

    std::vector<std::unique_ptr<TrainingPane>> panes_;
    QCPLegend* legend_ = nullptr;
    std::vector<FigureRun> data_;
};

void TrainingFigure::build()
{
    panes_.clear();
    data_.clear();
    legend_ = nullptr;
    panes_.push_back(std::make_unique<TrainingPane>(plot(), style(), spec(), metricOf(spec().text("metric")), 0));
    addAxes("", *panes_.front());
    const std::string& below = spec().text("below");
    if (below == "none" || style().compact)
        return;
    panes_.push_back(std::make_unique<TrainingPane>(plot(), style(), spec(), metricOf(below), 1));
    addAxes("2", *panes_.back());
    hideLabels(panes_.front()->rect()->axis(QCPAxis::atBottom), style());
    auto* sides = new QCPMarginGroup(&plot());
    for (const auto& pane : panes_)
        pane->rect()->setMarginGroup(QCP::msLeft | QCP::msRight, sides);
    plot().plotLayout()->setRowStretchFactor(0, 1.3);
    plot().plotLayout()->setRowStretchFactor(1, 1);
}

void TrainingFigure::addAxes(const std::string& suffix, const TrainingPane& pane)
{
    AxisSlot x{"x" + suffix, pane.rect()->axis(QCPAxis::atBottom)}, y{"y" + suffix, pane.rect()->axis(QCPAxis::atLeft)};
    x.link = spec().text("x") == "step" ? LinkAxis::Step : LinkAxis::None;
    x.pad_low = spec().flag("log_x") ? 0 : 0.01;
    x.pad_high = 0.02;
    x.least = spec().flag("log_x") ? 0.5 : 0;
    x.grows = true;
    y.pad_low = y.pad_high = 0.05;
    y.least = pane.metric().least;
    y.most = pane.metric().most;
    axes_.push_back(x);
    axes_.push_back(y);
}

FigureTable TrainingFigure::table(const FigureSpec& spec, const FigureData& data) const
{
    const Metric& metric = metricOf(spec.text("metric"));
    const Metric* below = spec.text("below") == "none" ? nullptr : &metricOf(spec.text("below"));
    const auto unit = [](const Metric& of) { return std::string(of.key == "accuracy" ? "%" : ""); };
    std::vector<FigureColumn> columns{
        {"run", "", std::vector<std::string>{}},          {"series", "", std::vector<std::string>{}},
        {"step", "", std::vector<std::int64_t>{}},        {"epoch", "", std::vector<double>{}},
        {"wall_seconds", "s", std::vector<double>{}},     {metric.key, unit(metric), std::vector<double>{}},
        {"smoothed", unit(metric), std::vector<double>{}}};
    if (below) {
        columns.push_back({"below_" + below->key, unit(*below), std::vector<double>{}});
        columns.push_back({"below_smoothed", unit(*below), std::vector<double>{}});
    }
    FigureTable table(std::move(columns));
    const auto add = [&](const FigureRun& run, const std::string& series, std::int64_t step, double epoch,
                         double seconds, std::array<double, 2> first, std::array<double, 2> second) {
        if (below)
            table.addRow(run.name, series, step, epoch, seconds, first[0], first[1], second[0], second[1]);
        else
            table.addRow(run.name, series, step, epoch, seconds, first[0], first[1]);
    };
    for (const FigureRun& run : data.runs) {
        Smoother smoother(spec.number("smoothing")), smoother_below(spec.number("smoothing"));
        for (std::size_t i = 0; i < run.training.size(); ++i) {
            const core::MetricsRow& row = run.training[i];
            const double value = metric.of(row), under = below ? below->of(row) : kNone;
            add(run, "training", row.step, row.epoch, row.wall_seconds, {value, smoother.next(value)},
                {under, smoother_below.next(under)});
        }
        if (!spec.flag("validation") || !(metric.validation || (below && below->validation)))
            continue;
        for (std::size_t i = 0; i < run.validation.size(); ++i) {
            const core::ValidationRow& row = run.validation[i];
            const auto value = [&](const Metric* of) { return of && of->validation ? of->validation(row) : kNone; };
            if (row.split == "val")
                add(run, "validation", row.step, placeOf(run.training, row.step, "epoch"),
                    placeOf(run.training, row.step, "time"), {value(&metric), kNone}, {value(below), kNone});
        }
    }
    return table;
}

std::optional<Readout> TrainingFigure::readout(const QPointF& pixel) const
{
    const auto pane = std::find_if(panes_.begin(), panes_.end(),
                                   [&](const auto& each) { return each->rect()->rect().contains(pixel.toPoint()); });
    if (pane == panes_.end())
        return std::nullopt;
    const auto hit = (*pane)->hit(pixel);
    if (!hit)
        return std::nullopt;
    const FigureRun& run = data_[hit->run];
    const core::MetricsRow& row = run.training[hit->row];
    const Metric& metric = (*pane)->metric();
    const QString value = formatValue(metric.of(row), 4) + (*pane)->unit();
    Readout readout;
    readout.title = QStringLiteral("step ") + formatInteger(row.step);
    if (spec().number("smoothing") > 0)
        readout.rows.emplace_back(QStringLiteral("smoothed"), formatValue(hit->smoothed, 4) + (*pane)->unit());
    readout.rows.emplace_back(metric.name, value);
    if (metric.key != "lr")
        readout.rows.emplace_back(QStringLiteral("learning rate"), formatShortest(row.lr, 3));
    readout.rows.emplace_back(QStringLiteral("epoch"), formatValue(row.epoch, 3));
    readout.rows.emplace_back(QStringLiteral("time"), formatDuration(row.wall_seconds));
    if (const QString event = panes_.front()->eventAt(pixel.x()); !event.isEmpty())
        readout.rows.emplace_back(QStringLiteral("event"), event);
    if (data_.size() > 1)
        readout.rows.emplace_back(QStringLiteral("run"), QString::fromStdString(run.name));
    readout.status = QStringLiteral("%1 · step %2 · %3 = %4")
                         .arg(QString::fromStdString(run.name), formatInteger(row.step), metric.name, value);
    readout.links.emplace_back(LinkAxis::Step, double(row.step));
    readout.marks.push_back(hit->pixel);
    readout.step = row.step;
    return readout;
}

} // namespace

std::unique_ptr<Figure> makeTrainingFigure()
{
    return std::make_unique<TrainingFigure>();
}

} // namespace toeplab::widgets
