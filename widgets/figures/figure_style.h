// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtGui/QFont>

namespace toeplab::widgets
{

/// Every length a figure is drawn with, in painter units, so that one drawing code serves a window and a page.
struct FigureStyle {
    const Theme* theme = nullptr;
    double unit = 1;                      ///< painter units in a point (1/72 inch)
    QFont label, tick, title;             ///< axis labels; tick labels, legends and notes; panel titles
    double curve = 1, axis = 1, grid = 1; ///< line widths
    double image_scale = 1;               ///< image pixels in a painter unit, on vector devices
    bool compact = false;                 ///< too low for what stands under the first plot: it is left out
    bool exporting = false;               ///< ranges are tight, nothing is interactive

    [[nodiscard]] double px(double points) const { return points * unit; }
    [[nodiscard]] int round(double points) const;      ///< px, to whole units, at least one
    [[nodiscard]] double gap() const { return px(5); } ///< least distance of tick labels
};

/// In a window: the interface's font at 9 pt, logical_dpi of its screen.
[[nodiscard]] FigureStyle screenStyle(ThemeKind theme, double logical_dpi);
/// On a page: DejaVu Sans (what is installed with the program; SVG names the family), the spec's sizes.
[[nodiscard]] FigureStyle pageStyle(const FigureSpec& spec, double units_per_point);

} // namespace toeplab::widgets
