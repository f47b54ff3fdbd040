// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace toeplab::app
{

/// The window, from start to end: returns the exit code. `files` are run files to open.
[[nodiscard]] int runWindow(int& argc, char** argv, const std::vector<std::string>& files);

} // namespace toeplab::app
