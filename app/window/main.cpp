// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dispatch.h"
#include "app/window/figure_command.h"
#include "app/window/run_window.h"
#include "core/base/version.h"

#include <QtCore/QString>
#include <QtCore/QtGlobal>

#include <fmt/format.h>

#include <cstdio>

namespace
{

/// Qt tells of a folder that it makes for itself where the system has named none: nobody can do anything about it.
void sayUnlessIdle(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    if (!message.startsWith(QLatin1String("QStandardPaths: XDG_RUNTIME_DIR not set")))
        qt_message_output(type, context, message);
}

} // namespace

int main(int argc, char** argv)
{
    using namespace toeplab;
    qInstallMessageHandler(&sayUnlessIdle);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    switch (app::requestOf(arguments)) {
    case app::Request::Help:
        fmt::print("{}", app::helpText());
        std::fflush(stdout);
        return app::becomeEngine({"--help"});
    case app::Request::Version:
        fmt::print("{}\n", core::buildInfo().text());
        return 0;
    case app::Request::Engine:
        return app::becomeEngine(arguments);
    case app::Request::Figure:
        return app::runFigureCommand(argc, argv);
    case app::Request::Window:
        break;
    }
    if (app::lacksDisplay()) {
        fmt::print(stderr, "{}\n", app::noDisplaySentence());
        return 1;
    }
    std::vector<std::string> files;
    for (const std::string& argument : arguments) {
        if (argument.starts_with("-")) {
            fmt::print(stderr, "{} is no option of the window. Try `toeplab --help`.\n", argument);
            return 2;
        }
        files.push_back(argument);
    }
    return app::runWindow(argc, argv, files);
}
