// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_actions.h"

#include "app/window/main_window.h"
#include "app/window/window_memory.h"
#include "app/window/workbench.h"
#include "widgets/panels/experiment_panel.h"
#include "widgets/panels/transport_bar.h"
#include "widgets/style/icons.h"

#include <QtGui/QAction>
#include <QtGui/QActionGroup>
#include <QtWidgets/QAbstractButton>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QMenu>
#include <QtWidgets/QToolButton>

namespace toeplab::app
{

using widgets::IconTone;
using widgets::PanelDock;

WindowActions::WindowActions(MainWindow& window, WindowMemory& memory)
    : QObject(&window), window_(window), memory_(memory), menu_(new QMenu(&window))
{
    addFile();
    addRun();
    addLook();
    addLayouts();
    addTheme();
    addHelp();
    window_.transport().menuButton().setMenu(menu_);
}

QAction* WindowActions::add(QMenu* menu, const char* icon_name, const QString& text, const QKeySequence& keys,
                            std::function<void()> action)
{
    auto* made = new QAction(text, this);
    if (icon_name != nullptr) {
        made->setIcon(widgets::icon(icon_name, IconTone::Muted));
    }
    made->setShortcut(keys);
    connect(made, &QAction::triggered, this, std::move(action));
    window_.addAction(made); // so that the key works while the menu is closed
    if (menu != nullptr) {
        menu->addAction(made);
    }
    if (!keys.isEmpty()) {
        QString meaning = text;
        keys_.back().keys.emplace_back(keys.toString(QKeySequence::NativeText), meaning.remove(QStringLiteral("…")));
    }
    return made;
}

bool WindowActions::pressFocused() const
{
    QWidget* const focused = QApplication::focusWidget();
    if (auto* button = qobject_cast<QAbstractButton*>(focused)) {
        button->click();
        return true;
    }
    if (auto* box = qobject_cast<QComboBox*>(focused)) {
        box->showPopup();
        return true;
    }
    return false;
}

void WindowActions::addFile()
{
    keys_.push_back({tr("Files and figures"), {}});
    add(menu_, "new", tr("New run…"), QKeySequence::New, [this] {
        PanelDock* const form = window_.dock(QStringLiteral("experiment"));
        form->show();
        form->raise();
        window_.experiment().focusFirst();
    });
    add(menu_, "open", tr("Open a run file…"), QKeySequence::Open, [this] { window_.openFile(); });
    add(menu_, "export", tr("Export the panel under the pointer…"), QKeySequence(QStringLiteral("Ctrl+E")),
        [this] { window_.exportFigure(window_.activeDock()->panel()); });
    add(menu_, "copy", tr("Copy it as a picture"), QKeySequence(QStringLiteral("Ctrl+Shift+C")),
        [this] { window_.activeDock()->copyImage(); });
    menu_->addSeparator();
}

void WindowActions::addRun()
{
    widgets::LiveSession& session = window_.workbench().session;
    keys_.push_back({tr("Training"), {}});
    add(nullptr, nullptr, tr("Run or pause"), QKeySequence(Qt::Key_Space), [this, &session] {
        if (!pressFocused()) {
            session.runOrPause();
        }
    });
    add(nullptr, nullptr, tr("Run single steps"), QKeySequence(Qt::Key_S), [this] { window_.transport().step(); });
    add(nullptr, nullptr, tr("Save a checkpoint"), QKeySequence::Save, [&session] { session.saveCheckpoint(); });
}

void WindowActions::addLook()
{
    widgets::Workspace& workspace = window_.workbench().workspace;
    keys_.push_back({tr("Looking"), {}});
    add(nullptr, nullptr, tr("Earlier snapshot"), QKeySequence(Qt::Key_Left),
        [&workspace] { workspace.moveCursor(-1); });
    add(nullptr, nullptr, tr("Later snapshot"), QKeySequence(Qt::Key_Right), [&workspace] { workspace.moveCursor(1); });
    add(nullptr, nullptr, tr("Newest snapshot"), QKeySequence(Qt::Key_End), [&workspace] { workspace.setCursor(-1); });
    add(nullptr, nullptr, tr("Layer above"), QKeySequence(QStringLiteral("Alt+Up")),
        [&workspace] { workspace.moveLayer(-1); });
    add(nullptr, nullptr, tr("Layer below"), QKeySequence(QStringLiteral("Alt+Down")),
        [&workspace] { workspace.moveLayer(1); });
    add(nullptr, nullptr, tr("Next channel"), QKeySequence(QStringLiteral("Alt+Right")),
        [&workspace] { workspace.setChannel(workspace.channel() + 1); });
    add(nullptr, nullptr, tr("Previous channel, before the first the median"), QKeySequence(QStringLiteral("Alt+Left")),
        [&workspace] { workspace.setChannel(workspace.channel() - 1); });
    add(nullptr, nullptr, tr("Whole data again"), QKeySequence(Qt::Key_0),
        [this] { window_.activeDock()->panel().resetView(); });
    add(nullptr, nullptr, tr("Panel to full screen and back"), QKeySequence(Qt::Key_F),
        [this] { window_.activeDock()->toggleFullScreen(); });
}

void WindowActions::addLayouts()
{
    keys_.push_back({tr("Panels"), {}});
    QMenu* const panels = menu_->addMenu(tr("Panels"));
    for (PanelDock* dock : window_.docks()) {
        QAction* const shown = dock->toggleViewAction();
        panels->addAction(shown);
        connect(shown, &QAction::triggered, dock, [dock](bool on) {
            if (on) {
                dock->raise(); // it may be a tab behind another
            }
        });
    }
    panels->addSeparator();
    add(panels, "left-panel", tr("Left side"), QKeySequence(QStringLiteral("Ctrl+1")),
        [this] { window_.toggleSide(QStringLiteral("runs")); });
    add(panels, "right-panel", tr("Right side"), QKeySequence(QStringLiteral("Ctrl+3")),
        [this] { window_.toggleSide(QStringLiteral("experiment")); });
    QMenu* const layouts = menu_->addMenu(tr("Layout"));
    const auto layout = [&](const QString& name, const char* keys, MainWindow::Layout which) {
        add(layouts, nullptr, name, QKeySequence(QLatin1String(keys)), [this, which] { window_.applyLayout(which); });
    };
    layout(tr("Train"), "Ctrl+F1", MainWindow::Layout::Train);
    layout(tr("Inspect"), "Ctrl+F2", MainWindow::Layout::Inspect);
    layout(tr("Compare"), "Ctrl+F3", MainWindow::Layout::Compare);
    layout(tr("Figure"), "Ctrl+F4", MainWindow::Layout::Figure);
}

void WindowActions::addTheme()
{
    QMenu* const themes = menu_->addMenu(widgets::icon("theme", IconTone::Muted), tr("Theme"));
    auto* group = new QActionGroup(this);
    const auto theme = [&](const QString& name, WindowMemory::ThemeChoice choice) {
        QAction* const action = themes->addAction(name, this, [this, choice] { memory_.setTheme(choice); });
        action->setCheckable(true);
        action->setChecked(memory_.themeChoice() == choice);
        group->addAction(action);
    };
    theme(tr("As the desktop"), WindowMemory::ThemeChoice::Desktop);
    theme(tr("Light"), WindowMemory::ThemeChoice::Light);
    theme(tr("Dark"), WindowMemory::ThemeChoice::Dark);
    menu_->addSeparator();
}

void WindowActions::addHelp()
{
    keys_.push_back({tr("Help"), {}});
    add(menu_, "help", tr("Keyboard"), QKeySequence(Qt::Key_F1),
        [this] { widgets::showKeyboardSheet(keys_, &window_); });
    add(menu_, "info", tr("About Toeplab"), {}, [this] { widgets::showAbout(&window_); });
    menu_->addSeparator();
    add(menu_, "close", tr("Quit"), QKeySequence::Quit, [this] { window_.close(); });
}

} // namespace toeplab::app
