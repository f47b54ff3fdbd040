// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace toeplab::app
{

/// What a command line asks the user's one command for.
enum class Request {
    Window, ///< nothing, or run files only
    Figure, ///< `toeplab figure ...`: drawn here, with no display
    Engine, ///< any other sub-command: the engine has it
    Help,
    Version,
};

/// `arguments` without the program's name. A first word that is no option, no .h5 file and no `figure` is the engine's.
[[nodiscard]] Request requestOf(const std::vector<std::string>& arguments);

/// Replaces this process by the engine beside it with the same arguments; returns only on failure, the exit code 1
/// after a sentence on standard error.
[[nodiscard]] int becomeEngine(const std::vector<std::string>& arguments);

/// Nothing to show a window on: neither DISPLAY nor WAYLAND_DISPLAY nor a platform chosen by QT_QPA_PLATFORM.
[[nodiscard]] bool lacksDisplay();
[[nodiscard]] std::string noDisplaySentence();

[[nodiscard]] std::string helpText();

} // namespace toeplab::app
