// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure.h"
#include "widgets/plots/axis_ticker.h"
#include "widgets/plots/band.h"
#include "widgets/plots/curve.h"
#include "widgets/plots/qcp.h"

namespace toeplab::widgets
{

/// What every figure is put together from, in one look: axes left and bottom, outward ticks, hair-line grid at major
/// ticks, muted axis lines, labels with units.

[[nodiscard]] QCPAxisRect* makeAxisRect(QCustomPlot& plot, const FigureStyle& style, int row, int column);
void styleAxis(QCPAxis* axis, const FigureStyle& style, const QString& label, TickKind kind, double turn = 1);
/// An axis without labels and title that shares its ticks with the one below it.
void hideLabels(QCPAxis* axis, const FigureStyle& style);
[[nodiscard]] QCPLegend* makeLegend(QCPAxisRect* rect, const FigureStyle& style);
void addToLegend(QCPLegend* legend, QCPAbstractPlottable* plottable, const QString& name);
/// A colour bar right of a map: axis rect with a ramp and labels; the range is set on the returned axis.
struct ColorBar {
    QCPAxisRect* rect = nullptr;
    QCPAxis* axis = nullptr;
    class ColorRamp* ramp = nullptr;
};
[[nodiscard]] ColorBar makeColorBar(QCustomPlot& plot, const FigureStyle& style, int row, int column,
                                    const QString& label);

/// The name of a layer with more than one axis: "layer 3", "layer 3 rows".
[[nodiscard]] QString layerName(const core::LayerInfo& info);
/// The frame of the chosen layer and axis: the first that fits; nullptr when none does.
[[nodiscard]] std::shared_ptr<const core::KernelFrame>
chosenFrame(const FigureSpec& spec, const std::vector<std::shared_ptr<const core::KernelFrame>>& frames);
/// "median of 128 channels" or "channel 4".
[[nodiscard]] QString channelText(const FigureSpec& spec, std::int64_t channels);
/// A sentence's worth: "layer 3, step 12,400".
[[nodiscard]] QString frameText(const core::KernelFrame& frame);

} // namespace toeplab::widgets
