// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace toeplab::core::detail
{

struct PresetFile {
    std::string name; ///< path below resources/presets without .json
    std::string text;
};

/// Made by the build from resources/presets.
[[nodiscard]] const std::vector<PresetFile>& presetFiles();

} // namespace toeplab::core::detail
