// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGui/QColor>
#include <QtGui/QPen>

#include <array>

namespace toeplab::widgets
{

/// The colours of the program by name, one table for the window (its QPalette and style sheet are made from it) and for
/// every plot. Contrast of text on panel: 16.6 (light), 13.2 (dark); of any curve on panel over 3.4.
enum class ThemeKind { Light, Dark };

struct Theme {
    ThemeKind kind = ThemeKind::Light;
    QColor window, panel;         ///< behind everything; behind plots, tables and forms
    QColor text, muted;           ///< what is read; what explains
    QColor accent;                ///< selection, focus, the one thing to press
    QColor good, warning, bad;    ///< states, always with a word or an icon beside them
    QColor border, grid;          ///< lines between things; major grid lines
    std::array<QColor, 8> curves; ///< Okabe-Ito based; see curvePen for the dashes that go with them
};

[[nodiscard]] const Theme& theme(ThemeKind kind);

/// Spacing and type of the window, in px and pt (plots in a window use kLabelPoints; figures have their own sizes).
inline constexpr int kSpace1 = 4, kSpace2 = 8, kSpace3 = 12, kSpace4 = 16, kSpace5 = 24;
inline constexpr double kTextPoints = 10, kLabelPoints = 9;
inline constexpr int kCornerRadius = 4;

/// The pen of curve `index` (0-based, any number): colour index % 8; from the fourth on also a dash, so that no two
/// neighbours differ by colour alone. width in px (or in painter units).
[[nodiscard]] QPen curvePen(const Theme& theme, int index, double width);

/// The colour of layer 1..layers in every panel: sequential over depth, readable on the panel.
[[nodiscard]] QColor layerColor(const Theme& theme, int layer, int layers);
/// The pen that goes with it: dashes repeat over depth with period three, so that neighbours differ in grey too.
[[nodiscard]] QPen layerPen(const Theme& theme, int layer, int layers, double width);

/// A run keeps its colour in every plot: hand out indices by opening order and draw it with curvePen(theme, index, w).
[[nodiscard]] QColor runColor(const Theme& theme, int index);

/// a + (b - a) * amount in linear steps of sRGB; for faint twins of a colour on its background.
[[nodiscard]] QColor mix(const QColor& a, const QColor& b, double amount);

/// Relative luminance contrast of WCAG 2, 1..21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

} // namespace toeplab::widgets
