// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dispatch.h"
#include "app/window/figure_command.h"
#include "app/window/run_window.h"
#include "core/base/version.h"

#include <fmt/format.h>

#include <cstdio>

int main(int argc, char** argv)
{
    using namespace toeplab;
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
