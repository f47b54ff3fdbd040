// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"

#include <string>
#include <vector>

namespace toeplab::core
{

/// A named experiment of resources/presets. The file PATH.json there is compiled in as preset PATH: settings that
/// differ from the defaults, as experimentFromJson reads them, and a "summary".
struct Preset {
    std::string name;    ///< "tour", "listops/tno"
    std::string summary; ///< one line: what it trains and how long that takes
    Experiment experiment;
};

/// The presets, sorted by name with the tour first.
[[nodiscard]] const std::vector<Preset>& presets();
/// A preset by name, or an experiment file by path (also a copy of a preset's file); the error names the nearest
/// presets. What is there under both names is the preset: write ./tour for a file of that name.
[[nodiscard]] Result<Experiment> presetOrFile(const std::string& name_or_path);

} // namespace toeplab::core
