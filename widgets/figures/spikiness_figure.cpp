// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/layer_scores.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One curve: a layer over steps, or a run's newest snapshot over layers.
struct ScoreCurve {
    std::string run;
    QString name;
    QPen pen;
    bool band = true;
    std::int64_t layer = -1;
    std::vector<double> x;
    std::vector<core::ScoreSummary> y;
};

class SpikinessFigure final : public Figure
{
public:
    bool hasData(const FigureSpec&, const FigureData& data) const override
    {
        return std::any_of(data.runs.begin(), data.runs.end(),
                           [](const FigureRun& run) { return !run.ladder.empty() && !run.layers.empty(); });
    }

    bool setData(const FigureData& data, QDeadlineTimer) override
    {
        if (legend_)
            legend_->clearItems(); // they point at the plottables
        plot().clearPlottables();
        curves_ = curvesOf(spec(), data, colors(), style().curve);
        drawn_.clear();
        QCPAxis *x = rect_->axis(QCPAxis::atBottom), *y = rect_->axis(QCPAxis::atLeft);
        AxisSlot &xs = slot("x"), &ys = slot("y");
        xs.low = xs.high = ys.low = ys.high = kNone;
        const bool log_x = spec().flag("log_x"), log_y = spec().flag("log_y");
        const auto widen = [](AxisSlot& slot, double value, bool log) {
            if (!std::isfinite(value) || (log && value <= 0))
                return;
            slot.low = std::isnan(slot.low) ? value : std::min(slot.low, value);
            slot.high = std::isnan(slot.high) ? value : std::max(slot.high, value);
        };
        for (const ScoreCurve& curve : curves_) {
            std::vector<double> low, middle, high;
            for (std::size_t i = 0; i < curve.x.size(); ++i) {
                low.push_back(curve.y[i].q1);
                middle.push_back(curve.y[i].median);
                high.push_back(curve.y[i].q3);
                widen(xs, curve.x[i], log_x);
                widen(ys, curve.y[i].median, log_y);
                if (spec().flag("quartiles") && curve.band) {
                    widen(ys, curve.y[i].q1, log_y);
                    widen(ys, curve.y[i].q3, log_y);
                }
            }
            if (spec().flag("quartiles") && curve.band) {
                auto* band = new Band(x, y);
                QColor fill = curve.pen.color();
                fill.setAlphaF(0.16F);
                band->setBrush(fill);
                band->setData(curve.x, low, high);
            }
            auto* line = new Curve(x, y);
            line->setPen(curve.pen);
            line->setData(curve.x, middle);
            if (curve.x.size() <= 24) {
                line->setMarker(Marker::Circle, style().px(3));
                line->setBrush(curve.pen.color());
            }
            drawn_.push_back(line);
            if (curves_.size() > 1)
                addToLegend(legend_, line, curve.name);
        }
        if (againstLayer() && std::isfinite(xs.low)) {
            xs.low -= 0.25;
            xs.high += 0.25;
        }
        return true;
    }

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        const bool layer = spec.text("against") == "layer";
        FigureTable table({{"run", "", std::vector<std::string>{}},
                           {"layer", "", std::vector<std::int64_t>{}},
                           {"step", "", std::vector<std::int64_t>{}},
                           {"median", "", std::vector<double>{}},
                           {"quartile_low", "", std::vector<double>{}},
                           {"quartile_high", "", std::vector<double>{}}});
        const core::ScoreSummary core::LayerScores::*summary = scoreOf(spec.text("score")).summary;
        for (const FigureRun& run : data.runs) {
            for (std::size_t s = layer && !run.ladder.empty() ? run.ladder.size() - 1 : 0; s < run.ladder.size(); ++s) {
                const core::LadderSnapshot& snapshot = run.ladder[s];
                for (std::size_t l = 0; l < std::min(snapshot.layers.size(), run.layers.size()); ++l) {
                    const core::ScoreSummary& value = snapshot.layers[l].*summary;
                    table.addRow(run.name, run.layers[l].layer, snapshot.step, value.median, value.q1, value.q3);
                }
            }
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        if (!rect_->rect().contains(pixel.toPoint()))
            return std::nullopt;
        std::size_t best = drawn_.size(), at = 0;
        double least = std::numeric_limits<double>::max();
        for (std::size_t i = 0; i < drawn_.size(); ++i) {
            const auto point = drawn_[i]->nearest(drawn_[i]->keyAxis()->pixelToCoord(pixel.x()));
            if (!point)
                continue;
            const double distance = std::abs(drawn_[i]->pixelOf(*point).y() - pixel.y());
            if (distance < least) {
                least = distance;
                best = i;
                at = *point;
            }
        }
        if (best == drawn_.size())
            return std::nullopt;
        const ScoreCurve& curve = curves_[best];
        const core::ScoreSummary& value = curve.y[at];
        const auto place = static_cast<qint64>(std::llround(curve.x[at]));
        Readout readout;
        readout.title = againstLayer() ? QStringLiteral("%1, layer %2").arg(curve.name).arg(place)
                                       : QStringLiteral("%1, step %2").arg(curve.name, formatInteger(place));
        readout.rows.emplace_back(QStringLiteral("median"), formatValue(value.median, 4));
        readout.rows.emplace_back(QStringLiteral("quartiles"),
                                  formatValue(value.q1) + QStringLiteral(" to ") + formatValue(value.q3));
        readout.status =
            QStringLiteral("%1 · %2 = %3")
                .arg(readout.title,
                     QString::fromStdString(spec().text("score")).replace(QLatin1Char('_'), QLatin1Char(' ')),
                     formatValue(value.median, 4));
        readout.marks.push_back(drawn_[best]->pixelOf(at));
        if (againstLayer()) {
            readout.layer = place;
        } else {
            readout.links.emplace_back(LinkAxis::Step, double(place));
            readout.layer = curve.layer;
            readout.step = place;
        }
        return readout;
    }

protected:
    void build() override
    {
        drawn_.clear();
        curves_.clear();
        legend_ = nullptr;
        rect_ = makeAxisRect(plot(), style(), 0, 0);
        const Score& score = scoreOf(spec().text("score"));
        const bool log_x = spec().flag("log_x") && !againstLayer();
        styleAxis(rect_->axis(QCPAxis::atBottom), style(),
                  againstLayer() ? QStringLiteral("layer") : QStringLiteral("training step"),
                  log_x ? TickKind::Log : TickKind::Integer);
        styleAxis(rect_->axis(QCPAxis::atLeft), style(), score.label,
                  spec().flag("log_y") ? TickKind::Log : TickKind::Linear);
        if (spec().legend) {
            legend_ = makeLegend(rect_, style());
            legends_.push_back({legend_, rect_});
        }
        axes_ = {{"x", rect_->axis(QCPAxis::atBottom)}, {"y", rect_->axis(QCPAxis::atLeft)}};
        axes_[0].link = againstLayer() ? LinkAxis::None : LinkAxis::Step;
        axes_[0].pad_low = axes_[0].pad_high = againstLayer() ? 0 : 0.02;
        axes_[0].grows = !againstLayer();
        axes_[1].least = score.least;
        axes_[1].most = score.most;
    }

private:
    [[nodiscard]] bool againstLayer() const { return spec().text("against") == "layer"; }
    static std::vector<ScoreCurve> curvesOf(const FigureSpec& spec, const FigureData& data, const Theme& theme,
                                            double width);

    QCPAxisRect* rect_ = nullptr;
    QCPLegend* legend_ = nullptr;
    std::vector<ScoreCurve> curves_;
    std::vector<Curve*> drawn_;
};

std::vector<ScoreCurve> SpikinessFigure::curvesOf(const FigureSpec& spec, const FigureData& data, const Theme& theme,
                                                  double width)
{
    const core::ScoreSummary core::LayerScores::*summary = scoreOf(spec.text("score")).summary;
    const bool log_x = spec.flag("log_x");
    std::vector<ScoreCurve> curves;
    for (std::size_t r = 0; r < data.runs.size(); ++r) {
        const FigureRun& run = data.runs[r];
        if (run.ladder.empty())
            continue;
        if (spec.text("against") == "layer") {
            ScoreCurve curve{run.id, QString::fromStdString(run.name), curvePen(theme, run.color, width), true, -1, {},
                             {}};
            const core::LadderSnapshot& last = run.ladder.back();
            for (std::size_t l = 0; l < std::min(last.layers.size(), run.layers.size()); ++l) {
                curve.x.push_back(double(run.layers[l].layer));
                curve.y.push_back(last.layers[l].*summary);
            }
            curves.push_back(std::move(curve));
            continue;
        }
        for (std::size_t l = 0; l < run.layers.size(); ++l) {
            const auto depth = static_cast<int>(run.layers.back().layer);
            QPen pen = widgets::layerPen(theme, static_cast<int>(run.layers[l].layer), depth, width);
            if (data.runs.size() > 1) // runs differ by dash, layers by colour
                pen.setStyle(r == 0 ? Qt::SolidLine : r == 1 ? Qt::DashLine : Qt::DotLine);
            QString name = layerName(run.layers[l]);
            if (data.runs.size() > 1)
                name += QStringLiteral(", ") + QString::fromStdString(run.name);
            ScoreCurve curve{run.id, name, pen, data.runs.size() == 1, run.layers[l].layer, {}, {}};
            for (std::size_t s = 0; s < run.ladder.size(); ++s) {
                if (l >= run.ladder[s].layers.size() || (log_x && run.ladder[s].step <= 0))
                    continue;
                curve.x.push_back(double(run.ladder[s].step));
                curve.y.push_back(run.ladder[s].layers[l].*summary);
            }
            curves.push_back(std::move(curve));
        }
    }
    return curves;
}

} // namespace

std::unique_ptr<Figure> makeSpikinessFigure()
{
    return std::make_unique<SpikinessFigure>();
}

} // namespace toeplab::widgets
