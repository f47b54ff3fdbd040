// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/appearance.h"

#include "widgets/style/theme_style.h"

#include <QtCore/QEvent>
#include <QtCore/QScopedValueRollback>
#include <QtWidgets/QApplication>
#include <QtWidgets/QToolTip>
#include <QtWidgets/QWidget>

static void initResources()
{
    Q_INIT_RESOURCE(icons);
}

namespace toeplab::widgets
{

namespace
{

ThemeKind current_kind = ThemeKind::Light;

[[nodiscard]] QPalette paletteOf(const Theme& colors)
{
    QPalette palette;
    palette.setColor(QPalette::Window, colors.window);
    palette.setColor(QPalette::WindowText, colors.text);
    palette.setColor(QPalette::Base, colors.panel);
    palette.setColor(QPalette::AlternateBase, mix(colors.panel, colors.window, 0.5));
    palette.setColor(QPalette::Text, colors.text);
    palette.setColor(QPalette::PlaceholderText, colors.muted);
    palette.setColor(QPalette::Button, colors.panel);
    palette.setColor(QPalette::ButtonText, colors.text);
    palette.setColor(QPalette::BrightText, colors.bad);
    palette.setColor(QPalette::ToolTipBase, colors.panel);
    palette.setColor(QPalette::ToolTipText, colors.text);
    palette.setColor(QPalette::Highlight, mix(colors.panel, colors.accent, 0.18));
    palette.setColor(QPalette::HighlightedText, colors.text);
    palette.setColor(QPalette::Link, colors.accent);
    palette.setColor(QPalette::LinkVisited, colors.accent);
    palette.setColor(QPalette::Light, colors.panel);
    palette.setColor(QPalette::Midlight, colors.grid);
    palette.setColor(QPalette::Mid, colors.border);
    palette.setColor(QPalette::Dark, mix(colors.border, colors.text, 0.2));
    palette.setColor(QPalette::Shadow, colors.border);
    const QColor disabled = mix(colors.panel, colors.muted, 0.7);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, disabled);
    }
    return palette;
}

/// Recolours a widget by its role whenever the theme changes.
class RoleKeeper final : public QObject
{
public:
    RoleKeeper(QWidget& widget, TextRole role) : QObject(&widget), widget_(widget), role_(role)
    {
        widget.installEventFilter(this);
        apply();
    }
    void setRole(TextRole role)
    {
        if (role != role_) {
            role_ = role;
            apply();
        }
    }

private:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        // The application's change is told to windows only; what is in them learns of it by its own palette.
        if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange) &&
            !applying_) {
            apply();
        }
        return QObject::eventFilter(watched, event);
    }
    void apply()
    {
        const QScopedValueRollback<bool> once(applying_, true); // setting it is a change too
        const Theme& colors = currentTheme();
        QColor color = colors.text;
        switch (role_) {
        case TextRole::Muted:
            color = colors.muted;
            break;
        case TextRole::Bad:
            color = colors.bad;
            break;
        case TextRole::Warning:
            color = colors.warning;
            break;
        case TextRole::Normal:
        case TextRole::Title:
            break;
        }
        QPalette palette;
        palette.setColor(QPalette::WindowText, color);
        palette.setColor(QPalette::Text, color);
        widget_.setPalette(palette);
        widget_.setFont(role_ == TextRole::Title    ? titleFont()
                        : role_ == TextRole::Normal ? QApplication::font()
                                                    : smallFont());
    }

    QWidget& widget_;
    TextRole role_;
    bool applying_ = false;
};

} // namespace

void applyTheme(QApplication& application, ThemeKind kind)
{
    initResources();
    current_kind = kind;
    QFont font = QApplication::font();
    font.setPointSizeF(kTextPoints);
    QApplication::setFont(font);
    application.setStyle(new ThemeStyle);
    QApplication::setPalette(paletteOf(theme(kind)));
    QToolTip::setPalette(paletteOf(theme(kind)));
    QToolTip::setFont(smallFont());
}

const Theme& currentTheme()
{
    return theme(current_kind);
}

ThemeKind desktopTheme(const QApplication&)
{
    const QPalette palette = QApplication::palette();
    const bool dark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    return dark ? ThemeKind::Dark : ThemeKind::Light;
}

void setTextRole(QWidget& widget, TextRole role)
{
    for (QObject* child : widget.children()) {
        if (auto* keeper = dynamic_cast<RoleKeeper*>(child)) {
            keeper->setRole(role);
            return;
        }
    }
    new RoleKeeper(widget, role);
}

QFont titleFont()
{
    QFont font = QApplication::font();
    font.setPointSizeF(kTextPoints);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont smallFont()
{
    QFont font = QApplication::font();
    font.setPointSizeF(kLabelPoints);
    return font;
}

} // namespace toeplab::widgets
