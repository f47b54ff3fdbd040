// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/side_drawer.h"

#include "widgets/panels/elided_label.h"
#include "widgets/panels/panel_dock.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtCore/QEvent>
#include <QtGui/QPainter>
#include <QtGui/QShortcut>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMainWindow>
#include <QtWidgets/QStatusBar>
#include <QtWidgets/QToolButton>

#include <algorithm>

namespace toeplab::app
{

using namespace widgets; // NOLINT: as in main_window.cpp

SideDrawer::SideDrawer(PanelDock& dock, int width, QMainWindow& window)
    : QWidget(&window), dock_(dock), window_(window), contents_(dock.widget()), column_(new QVBoxLayout(this)),
      width_(width)
{
    setObjectName(dock.panel().text().id + QStringLiteral("-drawer"));
    auto* title = new QLabel(dock.panel().text().title);
    setTextRole(*title, TextRole::Title);
    auto* shows = new ElidedLabel(dock.panel().text().shows);
    setTextRole(*shows, TextRole::Muted);
    connect(&dock.panel(), &Panel::showsChanged, shows, &QLabel::setText);
    auto* shut = new QToolButton;
    shut->setObjectName(dock.panel().text().id + QStringLiteral("-drawer-close"));
    shut->setIcon(icon("close", IconTone::Muted));
    shut->setAutoRaise(true);
    shut->setFixedSize(24, 24);
    shut->setAccessibleName(tr("Close"));
    shut->setToolTip(tr("Close (Esc)"));
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(kSpace3, kSpace1, kSpace1, 0);
    bar->setSpacing(kSpace2);
    bar->addWidget(title);
    bar->addWidget(shows, 1);
    bar->addWidget(shut);
    column_->setContentsMargins(1, 0, 0, 0); // beside the line on the left
    column_->setSpacing(0);
    column_->addLayout(bar);
    connect(shut, &QToolButton::clicked, this, &SideDrawer::close);
    auto* escape = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    escape->setContext(Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, &SideDrawer::close);
    connect(&dock, &QDockWidget::visibilityChanged, this, [this](bool visible) {
        if (visible) {
            close();
        }
    });
    for (QWidget* bound :
         {window.menuWidget(), static_cast<QWidget*>(window.statusBar())}) { // a notice makes the upper bar higher
        bound->installEventFilter(this);
    }
    hide();
}

bool SideDrawer::eventFilter(QObject* watched, QEvent* event)
{
    if (open_ && (event->type() == QEvent::Resize || event->type() == QEvent::Move)) {
        place();
    }
    return QWidget::eventFilter(watched, event);
}

void SideDrawer::open()
{
    if (open_) {
        return;
    }
    open_ = true;
    column_->addWidget(contents_, 1);
    contents_->show();
    place();
    show();
    raise();
    contents_->setFocus();
}

void SideDrawer::close()
{
    if (!open_) {
        return;
    }
    open_ = false;
    hide();
    dock_.setWidget(contents_);
    contents_->show();
    window_.setFocus();
}

void SideDrawer::place()
{
    const QRect all = window_.rect();
    const int top = window_.menuWidget()->geometry().bottom() + 1;
    const int bottom = window_.statusBar()->geometry().top();
    const int width = std::min(width_, all.width());
    setGeometry(all.width() - width, top, width, std::max(bottom - top, 0));
}

void SideDrawer::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), currentTheme().panel);
    painter.fillRect(QRect(0, 0, 1, height()), currentTheme().border);
}

} // namespace toeplab::app
