// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace toeplab::core
{

/// $TOEPLAB_HOME or ~/Toeplab, absolute, with runs/, data/, figures/ below it (created when missing; a folder that
/// cannot be created shows when the first file is written there).
[[nodiscard]] std::string toeplabHome();

} // namespace toeplab::core
