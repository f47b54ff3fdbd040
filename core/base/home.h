// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace toeplab::core
{

/// $TOEPLAB_HOME or ~/Toeplab, absolute, with runs/, data/, figures/ below it (created when missing; a folder that
/// cannot be created shows when the first file is written there).
[[nodiscard]] std::string toeplabHome();

/// The file of a run that is named by its file or, where there is no such file, as `toeplab runs list` shows it:
/// "tour-3" is $TOEPLAB_HOME/runs/tour-3.h5. What is neither comes back as it is.
[[nodiscard]] std::string runPath(const std::string& named);

} // namespace toeplab::core
