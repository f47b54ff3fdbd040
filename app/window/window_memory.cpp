// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_memory.h"

#include "app/window/main_window.h"
#include "app/window/workbench.h"
#include "widgets/models/run_document.h"
#include "widgets/panels/figure_panel.h"
#include "widgets/style/appearance.h"

#include <QtGui/QScreen>
#include <QtWidgets/QApplication>

#include <algorithm>

namespace toeplab::app
{

namespace
{

/// Raised whenever panels come, go or change their ids.
constexpr int kLayoutVersion = 3;

const QString kTheme = QStringLiteral("theme");
const QString kLastRun = QStringLiteral("run/last");
const QString kLayer = QStringLiteral("run/layer");
const QString kGeometry = QStringLiteral("window/geometry");
const QString kVersion = QStringLiteral("window/version");
const QString kState = QStringLiteral("window/state");

} // namespace

WindowMemory::WindowMemory()
    : settings_(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("Toeplab"), QStringLiteral("window")),
      desktop_(widgets::desktopTheme(*qApp))
{
    applyTheme();
}

WindowMemory::ThemeChoice WindowMemory::themeChoice() const
{
    const QString name = settings_.value(kTheme).toString();
    return name == QLatin1String("light")  ? ThemeChoice::Light
           : name == QLatin1String("dark") ? ThemeChoice::Dark
                                           : ThemeChoice::Desktop;
}

void WindowMemory::setTheme(ThemeChoice choice)
{
    static const char* const names[] = {"desktop", "light", "dark"};
    settings_.setValue(kTheme, QString::fromLatin1(names[int(choice)]));
    applyTheme();
}

void WindowMemory::applyTheme()
{
    const ThemeChoice choice = themeChoice();
    widgets::applyTheme(*qApp, choice == ThemeChoice::Desktop ? desktop_
                               : choice == ThemeChoice::Dark  ? widgets::ThemeKind::Dark
                                                              : widgets::ThemeKind::Light);
}

QString WindowMemory::lastRun() const
{
    return settings_.value(kLastRun).toString();
}

void WindowMemory::restoreGeometry(MainWindow& window)
{
    if (!window.restoreGeometry(settings_.value(kGeometry).toByteArray())) {
        return;
    }
    // Remembered on another screen, or with another frame: all of the window stands on this one.
    const QRect room = window.screen()->availableGeometry();
    QRect place(window.pos(), window.size().boundedTo(room.size()));
    place.moveRight(std::min(place.right(), room.right()));
    place.moveBottom(std::min(place.bottom(), room.bottom()));
    place.moveLeft(std::max(place.left(), room.left()));
    place.moveTop(std::max(place.top(), room.top()));
    if (!window.isMaximized() && !window.isFullScreen()) {
        window.setGeometry(place);
    }
}

void WindowMemory::restoreRest(MainWindow& window)
{
    if (settings_.value(kVersion).toInt() == kLayoutVersion) {
        window.restoreState(settings_.value(kState).toByteArray(), kLayoutVersion);
        window.fitSides();
    }
    for (widgets::FigurePanel* panel : window.figurePanels()) {
        panel->setOptions(settings_.value(QStringLiteral("plots/") + panel->text().id).toString());
    }
    // The layer is chosen when the run that had it is there again.
    const QString run = lastRun();
    const auto layer = std::size_t(settings_.value(kLayer, 0).toUInt());
    widgets::Workspace& workspace = window.workbench().workspace;
    connect(
        &workspace, &widgets::Workspace::headerChanged, this,
        [&workspace, run, layer] {
            if (workspace.current() != nullptr && workspace.current()->path() == run) {
                workspace.setLayerIndex(layer);
            }
        },
        Qt::SingleShotConnection);
}

void WindowMemory::save(MainWindow& window)
{
    settings_.setValue(kGeometry, window.saveGeometry());
    settings_.setValue(kVersion, kLayoutVersion);
    settings_.setValue(kState, window.saveState(kLayoutVersion));
    for (const widgets::FigurePanel* panel : window.figurePanels()) {
        settings_.setValue(QStringLiteral("plots/") + panel->text().id, panel->options());
    }
    const widgets::Workspace& workspace = window.workbench().workspace;
    if (workspace.current() != nullptr) {
        settings_.setValue(kLastRun, workspace.current()->path());
        settings_.setValue(kLayer, quint32(workspace.layerIndex()));
    }
    settings_.sync();
}

} // namespace toeplab::app
