// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/experiment.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace toeplab::core
{

struct Preset {
    std::string name;        ///< "tour", "listops/tno"
    std::string summary;     ///< one line: what it trains and how long that takes
    Experiment experiment;
};

/// The presets of resources/presets, compiled in, sorted by name with the tour first.
[[nodiscard]] const std::vector<Preset>& presets();
/// A preset by name, or an experiment file by path; the error names the nearest presets.
[[nodiscard]] Result<Experiment> presetOrFile(const std::string& name_or_path);

} // namespace toeplab::core
