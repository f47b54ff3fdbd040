// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dispatch.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace toeplab::app
{

namespace
{

[[nodiscard]] bool isSet(const char* variable)
{
    const char* const value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

[[nodiscard]] std::filesystem::path siblingEngine()
{
    std::error_code unknown;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unknown);
    return (unknown ? std::filesystem::path("/usr/bin/toeplab") : self).parent_path() / "toeplab-engine";
}

} // namespace

Request requestOf(const std::vector<std::string>& arguments)
{
    if (arguments.empty()) {
        return Request::Window;
    }
    const std::string& first = arguments.front();
    if (first == "--help" || first == "-h" || first == "help") {
        return Request::Help;
    }
    if (first == "--version") {
        return Request::Version;
    }
    if (first == "figure") {
        return Request::Figure;
    }
    if (first.ends_with(".h5") || first.starts_with("-")) {
        return Request::Window;
    }
    return Request::Engine;
}

int becomeEngine(const std::vector<std::string>& arguments)
{
    const std::string engine = siblingEngine();
    std::vector<char*> words{const_cast<char*>(engine.c_str())};
    for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    execv(engine.c_str(), words.data());
    fmt::print(stderr, "The engine could not be started: {}: {}. Build it with `./toeplab build`.\n", engine,
               std::strerror(errno));
    return 1;
}

bool lacksDisplay()
{
    return !isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY") && !isSet("QT_QPA_PLATFORM");
}

std::string noDisplaySentence()
{
    return "There is no display to open the window on. Without one these work: `toeplab train tour`, `toeplab analyze "
           "RUN.h5`, `toeplab figure training --run RUN.h5 --out FILE.pdf`; `toeplab --help` lists them all.";
}

std::string helpText()
{
    return R"(toeplab: a workbench for Toeplitz neural networks

  toeplab [FILE.h5 ...]       open the window (with these runs); the first time ever: the tour, already learning
  toeplab figure KIND|SPEC    draw a figure from a run, with no display; toeplab figure --list
  toeplab COMMAND ...         the engine's commands, headless; listed below

Example:  toeplab train tour --minutes 1 --seed 1
          toeplab ~/Toeplab/runs/tour.h5

)";
}

} // namespace toeplab::app
