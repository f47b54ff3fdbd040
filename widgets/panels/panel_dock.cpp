// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/panel_dock.h"

#include "widgets/panels/elided_label.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"
#include "widgets/style/style_painting.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtGui/QImage>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>
#include <QtWidgets/QToolButton>

namespace toeplab::widgets
{

namespace
{

/// A quiet dot: something is being read or drawn for this panel.
class BusyDot final : public QWidget
{
public:
    BusyDot()
    {
        setFixedSize(10, 10);
        setToolTip(PanelDock::tr("Reading; what is shown may be older."));
    }

private:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(currentTheme().accent);
        painter.drawEllipse(QRectF(2, 2, 6, 6));
    }
};

/// Lets presses through to the dock, which moves by them, and has the dock's room.
class TitleBar final : public QWidget
{
public:
    TitleBar() { setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed); }
};

} // namespace

PanelDock::PanelDock(Panel* panel, QWidget* parent)
    : QDockWidget(panel->text().title, parent), panel_(panel), shows_(new ElidedLabel(panel->text().shows)),
      busy_(new BusyDot), menu_(new QToolButton)
{
    setObjectName(panel->text().id + QStringLiteral("-dock"));
    setFeatures(DockWidgetMovable | DockWidgetFloatable | DockWidgetClosable);

    auto* title = new QLabel(panel->text().title);
    setTextRole(*title, TextRole::Title);
    setTextRole(*shows_, TextRole::Muted);
    menu_->setIcon(icon("menu", IconTone::Muted));
    menu_->setAutoRaise(true);
    menu_->setPopupMode(QToolButton::InstantPopup);
    menu_->setAccessibleName(tr("%1: menu").arg(panel->text().title));
    menu_->setToolTip(tr("Export, copy, table, what am I looking at"));
    menu_->setObjectName(panel->text().id + QStringLiteral("-menu"));
    auto* menu = new QMenu(menu_);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillMenu(*menu); });
    menu_->setMenu(menu);
    menu_->setFixedSize(24, 24);

    auto* bar = new TitleBar;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kSpace3, kSpace1, kSpace1, 0);
    row->setSpacing(kSpace2);
    row->addWidget(title);
    row->addWidget(shows_, 1);
    row->addWidget(busy_);
    row->addWidget(menu_);
    setTitleBarWidget(bar);
    setBusy(panel->isBusy());

    auto* frame = new QWidget;
    auto* inside = new QVBoxLayout(frame);
    inside->setContentsMargins(kSpace1, 0, kSpace1, kSpace1);
    inside->setSpacing(0);
    inside->addWidget(panel);
    setWidget(frame);

    connect(panel, &Panel::busyChanged, this, &PanelDock::setBusy);
    connect(panel, &Panel::showsChanged, shows_, &QLabel::setText);
    connect(panel, &Panel::exportWanted, this, [this] { Q_EMIT exportWanted(panel_); });
    connect(panel, &Panel::tableWanted, this, [this] { Q_EMIT tableWanted(panel_); });
    connect(panel, &Panel::explanationWanted, this, [this] { Q_EMIT explanationWanted(panel_); });
}

void PanelDock::setBusy(bool busy)
{
    busy_->setVisible(busy);
}

void PanelDock::fillMenu(QMenu& menu)
{
    menu.clear();
    const bool has_figure = panel_->figure().has_value();
    const auto add = [&](const char* icon_name, const QString& text, auto slot, bool enabled) {
        QAction* const action = menu.addAction(icon(icon_name, IconTone::Muted), text, this, slot);
        action->setEnabled(enabled);
        return action;
    };
    panel_->fillMenu(menu);
    if (!menu.isEmpty()) {
        menu.addSeparator();
    }
    // Keys are named beside the text, not set: the window has them, and a second action with the same key would make
    // both mute as soon as this menu had been open once.
    add(
        "export", tr("Export…") + QStringLiteral("\tCtrl+E"), [this] { Q_EMIT exportWanted(panel_); }, has_figure);
    add(
        "copy", tr("Copy as picture"), [this] { copyImage(); }, has_figure);
    add(
        "table", tr("Show as table"), [this] { Q_EMIT tableWanted(panel_); }, has_figure);
    menu.addSeparator();
    add(
        "fullscreen", (full_screen_ ? tr("Back into the window") : tr("Full screen")) + QStringLiteral("\tF"),
        [this] { toggleFullScreen(); }, true);
    add(
        "help", tr("What am I looking at?"), [this] { Q_EMIT explanationWanted(panel_); }, true);
    add(
        "close", tr("Close panel"), [this] { close(); }, true);
}

void PanelDock::copyImage()
{
    const QImage picture = panel_->image();
    if (!picture.isNull()) {
        QGuiApplication::clipboard()->setImage(picture);
    }
}

void PanelDock::toggleFullScreen()
{
    full_screen_ = !full_screen_;
    if (full_screen_) {
        floated_before_ = isFloating();
        setFloating(true);
        showFullScreen();
        activateWindow();
    } else {
        showNormal();
        setFloating(floated_before_);
    }
}

void PanelDock::paintEvent(QPaintEvent*)
{
    const Theme& colors = currentTheme();
    QPainter painter(this);
    painter.fillRect(rect(), colors.window);
    paintRounded(painter, rect(), colors.panel, colors.panel);
}

void PanelDock::keyPressEvent(QKeyEvent* event)
{
    if (full_screen_ && (event->key() == Qt::Key_Escape || event->key() == Qt::Key_F)) {
        toggleFullScreen();
        return;
    }
    QDockWidget::keyPressEvent(event);
}

} // namespace toeplab::widgets
