// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_parts.h"
#include "widgets/figures/run_metrics.h"

#include <optional>
#include <vector>

namespace toeplab::widgets
{

class EventMarks;

/// One metric of some runs over steps, epochs or time: of each run the raw curve, the smoothed one, its validations and
/// what was no number, in an axis rectangle of its own. Rows are appended to what is drawn, never drawn anew.
class TrainingPane
{
public:
    TrainingPane(QCustomPlot& plot, const FigureStyle& style, const FigureSpec& spec, const Metric& metric, int row);

    /// `legend` may be null. Names the curves only when they are made anew.
    void setRuns(const std::vector<FigureRun>& runs, QCPLegend* legend);
    void setMarks(const std::vector<FigureRun>& runs, bool labels);
    void extents(AxisSlot& x, AxisSlot& y) const;

    [[nodiscard]] QCPAxisRect* rect() const { return rect_; }
    [[nodiscard]] const Metric& metric() const { return metric_; }
    [[nodiscard]] QString unit() const;
    /// Whether held-out values are drawn, so that curves need names.
    [[nodiscard]] bool showsValidation() const { return spec_.flag("validation") && metric_.validation; }

    struct Hit {
        std::size_t run = 0, row = 0;
        double smoothed = 0;
        QPointF pixel;
    };
    /// The run whose curve passes nearest to a pixel, and its row there.
    [[nodiscard]] std::optional<Hit> hit(const QPointF& pixel) const;
    /// The label of the event at a pixel; empty: none.
    [[nodiscard]] QString eventAt(double pixel_x) const;

private:
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

    [[nodiscard]] bool extends(const std::vector<FigureRun>& runs) const;
    void rebuild(const std::vector<FigureRun>& runs, QCPLegend* legend);
    [[nodiscard]] RunCurves makeCurves(const FigureRun& run, bool single) const;
    void append(const FigureRun& run, RunCurves& curves);
    void setValidation(const FigureRun& run, RunCurves& curves, QCPLegend* legend);

    QCustomPlot& plot_;
    const FigureStyle& style_;
    const FigureSpec& spec_;
    const Metric& metric_;
    QCPAxisRect* rect_;
    EventMarks* marks_;
    std::vector<RunCurves> curves_;
};

} // namespace toeplab::widgets
