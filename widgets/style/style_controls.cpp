// SPDX-License-Identifier: GPL-3.0-or-later
// The complex controls of ThemeStyle: combo box, spin box, slider, scroll bar.
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"
#include "widgets/style/style_painting.h"
#include "widgets/style/theme_style.h"

#include <QtGui/QPainter>
#include <QtWidgets/QStyleOption>

namespace toeplab::widgets
{

void ThemeStyle::drawComboBox(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    paintField(*painter, *option, widget);
    const QRect arrow = subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget);
    const Theme& colors = currentTheme();
    QRectF place(0, 0, 14, 14);
    place.moveCenter(QRectF(arrow).center());
    paintIcon(*painter, "chevron-down", place,
              option->state & State_Enabled ? colors.muted : mix(colors.panel, colors.muted, 0.5));
}

void ThemeStyle::drawSpinBox(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    paintField(*painter, *option, widget);
    const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
    if (spin == nullptr || spin->buttonSymbols == QAbstractSpinBox::NoButtons) {
        return;
    }
    const Theme& colors = currentTheme();
    const auto button = [&](SubControl control, const char* name, bool possible) {
        QRectF place(0, 0, 10, 10);
        place.moveCenter(QRectF(subControlRect(CC_SpinBox, option, control, widget)).center());
        paintIcon(*painter, name, place, possible ? colors.muted : mix(colors.panel, colors.muted, 0.4));
    };
    const bool enabled = option->state & State_Enabled;
    button(SC_SpinBoxUp, "chevron-up", enabled && spin->stepEnabled & QAbstractSpinBox::StepUpEnabled);
    button(SC_SpinBoxDown, "chevron-down", enabled && spin->stepEnabled & QAbstractSpinBox::StepDownEnabled);
}

void ThemeStyle::drawSlider(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (slider == nullptr) {
        return;
    }
    const Theme& colors = currentTheme();
    const bool enabled = option->state & State_Enabled;
    const QRectF handle = subControlRect(CC_Slider, option, SC_SliderHandle, widget);
    const QRectF all = option->rect;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    const bool across = slider->orientation == Qt::Horizontal;
    const QRectF groove = across ? QRectF(all.left() + 6, all.center().y() - 1, all.width() - 12, 3)
                                 : QRectF(all.center().x() - 1, all.top() + 6, 3, all.height() - 12);
    painter->setBrush(colors.border);
    painter->drawRoundedRect(groove, 1.5, 1.5);
    const QColor strong = enabled ? colors.accent : mix(colors.panel, colors.muted, 0.5);
    if (across) {
        painter->setBrush(strong);
        painter->drawRoundedRect(QRectF(groove.topLeft(), QPointF(handle.center().x(), groove.bottom())), 1.5, 1.5);
    }
    painter->setBrush(colors.panel);
    painter->setPen(QPen(strong, 1.5));
    painter->drawEllipse(handle.center(), 6, 6);
    if (option->state & State_HasFocus) {
        painter->setBrush(strong);
        painter->drawEllipse(handle.center(), 3, 3);
    }
    painter->restore();
}

void ThemeStyle::drawScrollBar(const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (bar == nullptr || bar->minimum == bar->maximum) {
        return;
    }
    const Theme& colors = currentTheme();
    const bool across = bar->orientation == Qt::Horizontal;
    QRectF handle = subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, widget);
    handle = across ? handle.adjusted(2, 2, -2, -2) : handle.adjusted(2, 2, -2, -2);
    const bool active = option->state & (State_MouseOver | State_Sunken);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(mix(colors.panel, colors.muted, active ? 0.7 : 0.4));
    const double radius = (across ? handle.height() : handle.width()) / 2;
    painter->drawRoundedRect(handle, radius, radius);
    painter->restore();
}

} // namespace toeplab::widgets
