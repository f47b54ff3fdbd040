// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_style.h"

#include <QtWidgets/QApplication>

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

QFont sized(QFont font, double pixels)
{
    font.setPixelSize(std::max(1, static_cast<int>(std::lround(pixels))));
    return font;
}

} // namespace

int FigureStyle::round(double points) const
{
    return std::max(1, static_cast<int>(std::lround(px(points))));
}

FigureStyle screenStyle(ThemeKind kind, double logical_dpi)
{
    FigureStyle style;
    style.theme = &theme(kind);
    style.unit = logical_dpi / 72;
    const QFont base = QApplication::font();
    style.label = sized(base, style.px(kLabelPoints));
    style.tick = sized(base, style.px(kLabelPoints - 0.75));
    style.title = sized(base, style.px(kLabelPoints));
    style.title.setWeight(QFont::DemiBold);
    style.curve = 1.5 * logical_dpi / 96;
    style.axis = style.grid = 1;
    return style;
}

FigureStyle pageStyle(const FigureSpec& spec, double units_per_point)
{
    FigureStyle style;
    style.theme = &theme(spec.theme);
    style.unit = units_per_point;
    QFont base(QStringLiteral("DejaVu Sans"));
    base.setHintingPreference(QFont::PreferNoHinting);
    style.label = sized(base, style.px(spec.font_pt));
    style.tick = sized(base, style.px(std::max(spec.font_pt - 1, 4.0)));
    style.title = sized(base, style.px(spec.font_pt + 0.5));
    style.title.setWeight(QFont::Bold);
    style.curve = style.px(spec.line_pt);
    style.axis = style.px(spec.axis_pt);
    style.grid = style.px(spec.axis_pt * 0.7);
    style.image_scale = spec.dpi / 72 / units_per_point;
    style.exporting = true;
    return style;
}

} // namespace toeplab::widgets
