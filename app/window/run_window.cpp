// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/run_window.h"

#include "app/window/main_window.h"
#include "app/window/window_actions.h"
#include "app/window/window_dump.h"
#include "app/window/window_memory.h"
#include "app/window/workbench.h"
#include "core/base/version.h"
#include "widgets/panels/notice_bar.h"

#include <QtCore/QFileInfo>
#include <QtCore/QTimer>
#include <QtGui/QScreen>
#include <QtWidgets/QApplication>

namespace toeplab::app
{

namespace
{

/// How long a closed window's process waits for the engine to save; the engine goes on by itself after that.
constexpr int kFarewellMs = 10'000;

/// Closing the window hides it at once; the process follows when the engine has saved its checkpoint.
void leave(Workbench& workbench)
{
    using State = widgets::EngineClient::State;
    const State state = workbench.engine.state();
    if (state == State::Off || state == State::Ended) {
        QCoreApplication::quit();
        return;
    }
    QObject::connect(&workbench.engine, &widgets::EngineClient::stateChanged, qApp, [&workbench] {
        if (workbench.engine.state() == State::Ended) {
            QCoreApplication::quit();
        }
    });
    workbench.session.disconnect(); // nobody is there to be told any more
    workbench.engine.shutdown();
    QTimer::singleShot(kFarewellMs, qApp, &QCoreApplication::quit);
}

} // namespace

int runWindow(int& argc, char** argv, const std::vector<std::string>& files)
{
    QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("toeplab"));
    QApplication::setApplicationDisplayName(QStringLiteral("Toeplab"));
    QApplication::setDesktopFileName(QStringLiteral("toeplab"));
    QApplication::setApplicationVersion(QString::fromStdString(core::buildInfo().version));
    QApplication::setQuitOnLastWindowClosed(false);

    WindowMemory memory;
    Workbench workbench(widgets::engineCommand());
    MainWindow window(workbench);
    const WindowActions actions(window, memory);
    window.resize(window.size().boundedTo(window.screen()->availableSize()));
    memory.restoreGeometry(window);
    window.show();
    memory.restoreRest(window);
    if (const QString dump = qEnvironmentVariable("TOEPLAB_TEST_DUMP"); !dump.isEmpty()) {
        new WindowDump(window, dump);
    }
    QObject::connect(&window, &MainWindow::closing, &application, [&] {
        memory.save(window);
        leave(workbench);
    });
    QObject::connect(&workbench, &Workbench::tourStarted, &window, [&window] {
        window.notice().say(
            widgets::NoticeBar::Level::Info,
            MainWindow::tr(
                "This is the tour: a small Toeplitz network learns ListOps from nothing, live. Pause it with "
                "Space, click a layer in the ladder, change a setting on the right and start your own."));
    });

    QStringList paths;
    for (const std::string& file : files) {
        paths.append(QFileInfo(QString::fromStdString(file)).absoluteFilePath());
    }
    // The first picture comes before the first file is touched.
    QTimer::singleShot(0, &workbench, [&] { workbench.open(paths, memory.lastRun()); });
    return QApplication::exec();
}

} // namespace toeplab::app
