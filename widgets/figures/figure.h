// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_data.h"
#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_style.h"
#include "widgets/figures/figure_table.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QPointF>
#include <QtCore/QString>
#include <QtGui/QPen>

#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

class QCPAxis;
class QCPAxisRect;
class QCPLegend;
class QCustomPlot;

namespace toeplab::widgets
{

/// One axis that shows data: its name in specs, the data's extent, and how the range follows it.
struct AxisSlot {
    std::string name;
    QCPAxis* axis = nullptr;
    double low = std::numeric_limits<double>::quiet_NaN(); ///< of the data; NaN: nothing to show yet
    double high = std::numeric_limits<double>::quiet_NaN();
    double pad_low = 0.05, pad_high = 0.05;                  ///< of the extent (on the axis' scale)
    double least = -std::numeric_limits<double>::infinity(); ///< never shown below or above (accuracy: 0..1)
    double most = std::numeric_limits<double>::infinity();
    LinkAxis link = LinkAxis::None;
    bool zoomable = true;
    bool grows = false; ///< time: a live view leaves room at the end, so that it moves in steps
};

/// A legend and the axis rectangle in which it keeps clear of curves.
struct LegendSlot {
    QCPLegend* legend = nullptr;
    QCPAxisRect* rect = nullptr;
};

/// What is under the pointer.
struct Readout {
    QString title;                                  ///< "Layer 3, lag −4"
    std::vector<std::pair<QString, QString>> rows;  ///< name, value with unit
    QString status;                                 ///< one line for a status bar
    std::vector<std::pair<LinkAxis, double>> links; ///< what other views should mark
    std::vector<QPointF> marks;                     ///< pixels of the points read, to be ringed
    std::int64_t layer = -1, step = -1;             ///< what a click chooses; -1: nothing
};

/// One kind of figure, drawn into a QCustomPlot: the same code on screen, in PDF, SVG and PNG. Life: begin() once for a
/// spec and a style, then setData() as often as there is news. The plot outlives the figure's use of it.
class Figure
{
public:
    virtual ~Figure() = default;

    void begin(QCustomPlot& plot, const FigureSpec& spec, const FigureStyle& style);
    /// Takes the newest values. Work that takes longer than the deadline goes on at the next call: false until done.
    [[nodiscard]] virtual bool setData(const FigureData& data, QDeadlineTimer deadline) = 0;
    /// Whether there is anything to draw.
    [[nodiscard]] virtual bool hasData(const FigureSpec& spec, const FigureData& data) const = 0;
    /// What is drawn, as numbers. Independent of begin().
    [[nodiscard]] virtual FigureTable table(const FigureSpec& spec, const FigureData& data) const = 0;

    [[nodiscard]] std::vector<AxisSlot>& axes() { return axes_; }
    [[nodiscard]] const std::vector<LegendSlot>& legends() const { return legends_; }
    [[nodiscard]] virtual std::optional<Readout> readout(const QPointF& pixel) const;
    /// A crosshair of this or a linked view; NaN hides it. By default a line across each slot with that link, in the
    /// layer "overlay". true: more than that layer has changed.
    virtual bool setCrosshair(LinkAxis link, double position);
    /// Ranges that other axes take when the user has moved this one (a map and the profile under it).
    using NamedRange = std::pair<std::string, std::array<double, 2>>;
    [[nodiscard]] virtual std::vector<NamedRange> coupled(const std::string& /*axis*/) const { return {}; }
    /// A range was set on all slots: what depends on ranges (marks, legends) is put in place.
    virtual void ranged() {}

protected:
    virtual void build() = 0;

    [[nodiscard]] QCustomPlot& plot() const { return *plot_; }
    [[nodiscard]] const FigureSpec& spec() const { return spec_; }
    [[nodiscard]] const FigureStyle& style() const { return style_; }
    [[nodiscard]] const Theme& colors() const { return *style_.theme; }
    [[nodiscard]] AxisSlot& slot(const std::string& name);
    /// A curve of a layer: its colour is the same in the ladder and in every figure. Among others it has dashes too.
    [[nodiscard]] QPen layerPen(const core::LayerInfo& layer, const FigureData& data, bool among_others = false) const;

    std::vector<AxisSlot> axes_;
    std::vector<LegendSlot> legends_;

private:
    QCustomPlot* plot_ = nullptr;
    FigureSpec spec_;
    FigureStyle style_;
};

} // namespace toeplab::widgets
