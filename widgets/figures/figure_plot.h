// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure.h"

#include <map>
#include <memory>

class QCustomPlot;
class QSize;

namespace toeplab::widgets
{

/// A figure in a plot with its ranges, ticks and legends in place: what a view shows and an export draws.
class FigurePlot
{
public:
    explicit FigurePlot(QCustomPlot& plot); ///< sets the plot up; it must outlive this

    /// Builds the figure anew.
    void setSpec(const FigureSpec& spec, const FigureStyle& style);
    /// false: more to do, call again.
    [[nodiscard]] bool setData(const FigureData& data, QDeadlineTimer deadline);

    [[nodiscard]] Figure& figure() { return *figure_; }
    [[nodiscard]] const FigureKind& kind() const { return *kind_; }
    [[nodiscard]] bool empty() const { return empty_; }

    /// Ranges: those the user set, else the spec's, else from the data (in steps, so that a live plot is calm).
    void applyRanges();
    void setUserRange(const std::string& axis, double low, double high);
    void clearUserRanges(); ///< the whole data again, also where the spec has ranges
    [[nodiscard]] const std::map<std::string, std::array<double, 2>>& userRanges() const { return user_; }

    /// Margins, ticks and legends for a size in painter units. Twice, because tick labels need the size that margins
    /// leave and margins need the labels.
    void arrange(const QSize& size);

private:
    /// Each where it covers least. false: axes made room, which moves what there is.
    bool placeLegends();
    double placeLegend(const LegendSlot& slot); ///< how much it covers
    /// Raises the left axis until the data end under the legend; not one whose range somebody chose.
    bool makeRoom(const LegendSlot& slot);

    QCustomPlot& plot_;
    FigureSpec spec_;
    FigureStyle style_;
    const FigureKind* kind_ = nullptr;
    std::unique_ptr<Figure> figure_;
    std::map<std::string, std::array<double, 2>> user_, shown_;
    bool ignore_spec_ranges_ = false;
    bool empty_ = true;
};

/// The range for data low..high: padded, or the one shown before while that still serves (data inside it and filling
/// over 45 % of it). Pure arithmetic; log: on a logarithmic scale.
[[nodiscard]] std::array<double, 2> followRange(const AxisSlot& slot, bool log, const std::array<double, 2>* shown);

} // namespace toeplab::widgets
