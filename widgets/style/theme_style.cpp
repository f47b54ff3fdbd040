// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/theme_style.h"

#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"
#include "widgets/style/style_painting.h"

#include <QtGui/QPainter>
#include <QtWidgets/QAbstractButton>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMainWindow>
#include <QtWidgets/QMenu>
#include <QtWidgets/QStyleOption>
#include <QtWidgets/QTabBar>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] bool isMarked(const QWidget* widget, const char* property)
{
    return widget != nullptr && widget->property(property).toBool();
}

void paintPushButton(QPainter& painter, const QStyleOption& option, const QWidget* widget)
{
    const Theme& colors = currentTheme();
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool over = enabled && option.state & QStyle::State_MouseOver;
    const bool down = enabled && option.state & (QStyle::State_Sunken | QStyle::State_On);
    if (isMarked(widget, "primary")) {
        const QColor fill = !enabled ? colors.grid : mix(colors.accent, colors.text, down ? 0.25 : over ? 0.12 : 0);
        paintRounded(painter, option.rect, fill, enabled ? fill : colors.border);
        return;
    }
    const QColor fill = down   ? mix(colors.panel, colors.text, 0.1)
                        : over ? mix(colors.panel, colors.text, 0.05)
                               : colors.panel;
    paintRounded(painter, option.rect, fill, option.state & QStyle::State_HasFocus ? colors.accent : colors.border);
}

void paintToolButton(QPainter& painter, const QStyleOption& option)
{
    const Theme& colors = currentTheme();
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool on = option.state & QStyle::State_On;
    const bool down = enabled && option.state & QStyle::State_Sunken;
    const bool over = enabled && option.state & QStyle::State_MouseOver;
    if (on || down || over) {
        const QColor fill =
            on ? mix(colors.panel, colors.accent, 0.16) : mix(colors.panel, colors.text, down ? 0.14 : 0.07);
        paintRounded(painter, option.rect, fill, fill);
    }
    if (option.state & QStyle::State_HasFocus && option.state & QStyle::State_KeyboardFocusChange) {
        paintRounded(painter, option.rect, Qt::transparent, colors.accent);
    }
}

void paintCheckBox(QPainter& painter, const QStyleOption& option)
{
    const Theme& colors = currentTheme();
    const bool enabled = option.state & QStyle::State_Enabled;
    const QRectF box = option.rect;
    if (option.state & QStyle::State_On) {
        const QColor fill = enabled ? colors.accent : mix(colors.panel, colors.muted, 0.5);
        paintRounded(painter, box, fill, fill);
        paintIcon(painter, "check", box.adjusted(1, 1, -1, -1), colors.panel);
    } else {
        const bool focus = option.state & QStyle::State_HasFocus;
        paintRounded(painter, box, colors.panel, focus ? colors.accent : mix(colors.border, colors.muted, 0.5));
    }
}

void paintHeaderSection(QPainter& painter, const QStyleOption& option)
{
    const Theme& colors = currentTheme();
    painter.fillRect(option.rect, colors.panel);
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colors.border);
}

void paintTab(QPainter& painter, const QStyleOption& option)
{
    const Theme& colors = currentTheme();
    const bool selected = option.state & QStyle::State_Selected;
    painter.fillRect(option.rect, selected ? colors.panel : colors.window);
    if (selected) {
        painter.fillRect(QRect(option.rect.left(), option.rect.bottom() - 1, option.rect.width(), 2), colors.accent);
    }
}

} // namespace

void paintRounded(QPainter& painter, const QRectF& rect, const QColor& fill, const QColor& line)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(line, 1));
    painter.setBrush(fill);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), kCornerRadius, kCornerRadius);
    painter.restore();
}

void paintField(QPainter& painter, const QStyleOption& option, const QWidget* widget)
{
    const Theme& colors = currentTheme();
    const bool enabled = option.state & QStyle::State_Enabled;
    QColor line = option.state & QStyle::State_HasFocus ? colors.accent : colors.border;
    if (isMarked(widget, "invalid")) {
        line = colors.bad;
    }
    paintRounded(painter, option.rect, enabled ? colors.panel : mix(colors.panel, colors.window, 0.7), line);
}

ThemeStyle::ThemeStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void ThemeStyle::polish(QWidget* widget)
{
    if (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget)) {
        widget->setAttribute(Qt::WA_Hover);
    }
    QProxyStyle::polish(widget);
}

int ThemeStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_DockWidgetSeparatorExtent:
        return kSpace2;
    case PM_DockWidgetFrameWidth:
    case PM_DockWidgetTitleMargin:
    case PM_DefaultFrameWidth:
        return qobject_cast<const QMenu*>(widget) || qobject_cast<const QLineEdit*>(widget)
                   ? QProxyStyle::pixelMetric(metric, option, widget)
                   : 0;
    case PM_ScrollBarExtent:
        return 10;
    case PM_ScrollBarSliderMin:
        return 28;
    case PM_SliderThickness:
    case PM_SliderControlThickness:
    case PM_SliderLength:
        return 16;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
        return 16;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
        return 16;
    case PM_ToolBarItemSpacing:
        return kSpace1;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin:
        return kSpace3;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return kSpace2;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int ThemeStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                          QStyleHintReturn* data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
        return 0;
    case SH_Widget_Animation_Duration:
        return 0;
    case SH_ComboBox_Popup:
    case SH_DialogButtonBox_ButtonsHaveIcons:
        return 0;
    case SH_ToolTip_WakeUpDelay:
        return 350;
    case SH_Slider_AbsoluteSetButtons:
        return Qt::LeftButton;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

QSize ThemeStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                   const QWidget* widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton:
        return {std::max(result.width() + kSpace2, 64), std::max(result.height(), 28)};
    case CT_LineEdit:
    case CT_ComboBox:
    case CT_SpinBox:
        return {result.width(), std::max(result.height(), 26)};
    case CT_MenuItem:
        return {result.width() + kSpace3, result.height() + 2};
    case CT_HeaderSection:
        return {result.width(), std::max(result.height(), 26)};
    default:
        return result;
    }
}

QRect ThemeStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub_control,
                                 const QWidget* widget) const
{
    if (control == CC_ScrollBar) {
        // No arrow buttons: the groove is the whole bar.
        const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        if (bar != nullptr) {
            const bool across = bar->orientation == Qt::Horizontal;
            const int length = across ? option->rect.width() : option->rect.height();
            switch (sub_control) {
            case SC_ScrollBarAddLine:
            case SC_ScrollBarSubLine:
                return {};
            case SC_ScrollBarGroove:
                return option->rect;
            case SC_ScrollBarSlider: {
                const int range = bar->maximum - bar->minimum;
                int extent = length;
                if (range > 0) {
                    extent = int(qint64(bar->pageStep) * length / (qint64(range) + bar->pageStep));
                    extent = std::clamp(extent, std::min(28, length), length);
                }
                const int place = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition,
                                                          length - extent, bar->upsideDown);
                const QRect& all = option->rect;
                return across ? QRect(all.left() + place, all.top(), extent, all.height())
                              : QRect(all.left(), all.top() + place, all.width(), extent);
            }
            case SC_ScrollBarSubPage:
            case SC_ScrollBarAddPage: {
                const QRect slider = subControlRect(control, option, SC_ScrollBarSlider, widget);
                QRect page = option->rect;
                if (sub_control == SC_ScrollBarSubPage) {
                    across ? page.setRight(slider.left() - 1) : page.setBottom(slider.top() - 1);
                } else {
                    across ? page.setLeft(slider.right() + 1) : page.setTop(slider.bottom() + 1);
                }
                return page;
            }
            default:
                break;
            }
        }
    }
    return QProxyStyle::subControlRect(control, option, sub_control, widget);
}

void ThemeStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                               const QWidget* widget) const
{
    switch (element) {
    case PE_PanelButtonCommand:
        paintPushButton(*painter, *option, widget);
        return;
    case PE_PanelButtonTool:
        paintToolButton(*painter, *option);
        return;
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame == nullptr || frame->lineWidth > 0) {
            paintField(*painter, *option, widget);
        }
        return;
    }
    case PE_IndicatorCheckBox:
        paintCheckBox(*painter, *option);
        return;
    case PE_IndicatorArrowDown:
        paintIcon(*painter, "chevron-down", option->rect, currentTheme().muted);
        return;
    case PE_IndicatorHeaderArrow: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        if (header != nullptr && header->sortIndicator != QStyleOptionHeader::None) {
            QRectF place(0, 0, 12, 12);
            place.moveCenter(QRectF(option->rect).center());
            paintIcon(*painter, header->sortIndicator == QStyleOptionHeader::SortUp ? "chevron-up" : "chevron-down",
                      place, currentTheme().muted);
        }
        return;
    }
    case PE_FrameFocusRect:
    case PE_IndicatorDockWidgetResizeHandle:
    case PE_FrameStatusBarItem:
    case PE_PanelStatusBar:
    case PE_FrameDockWidget:
    case PE_FrameTabBarBase:
        return;
    case PE_FrameMenu:
    case PE_PanelTipLabel:
        painter->fillRect(option->rect, currentTheme().panel);
        painter->setPen(currentTheme().border);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void ThemeStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const
{
    switch (element) {
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
        paintHeaderSection(*painter, *option);
        return;
    case CE_TabBarTabShape:
        paintTab(*painter, *option);
        return;
    case CE_PushButtonLabel:
        if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
            button && isMarked(widget, "primary")) {
            QStyleOptionButton copy = *button;
            if (copy.state & State_Enabled) {
                copy.palette.setColor(QPalette::ButtonText, currentTheme().panel);
            }
            QProxyStyle::drawControl(element, &copy, painter, widget);
            return;
        }
        break;
    default:
        break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void ThemeStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                    const QWidget* widget) const
{
    switch (control) {
    case CC_ComboBox:
        drawComboBox(option, painter, widget);
        return;
    case CC_SpinBox:
        drawSpinBox(option, painter, widget);
        return;
    case CC_Slider:
        drawSlider(option, painter, widget);
        return;
    case CC_ScrollBar:
        drawScrollBar(option, painter, widget);
        return;
    case CC_ToolButton:
        // A button that opens a menu says so by its icon: no arrow in its corner.
        if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option)) {
            QStyleOptionToolButton copy = *button;
            copy.features &= ~QStyleOptionToolButton::HasMenu;
            QProxyStyle::drawComplexControl(control, &copy, painter, widget);
            return;
        }
        break;
    default:
        break;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

} // namespace toeplab::widgets
