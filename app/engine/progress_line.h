// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/task.h"

#include <string>

namespace toeplab::app
{

/// Progress of a long step: on a terminal one line of standard error, rewritten ten times a second from the first half
/// second on, with the time that is left; elsewhere nothing. Asks to stop once interrupted() is true.
[[nodiscard]] core::Progress progressLine(std::string what);

/// "4 s", "3 min 12 s", "2 h 5 min".
[[nodiscard]] std::string duration(double seconds);

} // namespace toeplab::app
