// SPDX-License-Identifier: Apache-2.0
#include "app/engine/experiment_options.h"

#include "core/config/fields.h"

#include <fmt/format.h>

namespace toeplab::app
{

void addSetOption(CLI::App& command, std::vector<std::string>& settings)
{
    command.add_option("--set", settings, "KEY=VALUE of the experiment, as in mixer.kind=tno; may be repeated")
        ->allow_extra_args(false)
        ->take_all();
}

core::Result<void> applySettings(core::Experiment& experiment, const std::vector<std::string>& settings)
{
    std::string problems;
    const auto add = [&problems](const std::string& problem) {
        problems += fmt::format("{}{}", problems.empty() ? "" : "\n", problem);
    };
    for (const std::string& setting : settings) {
        if (auto applied = core::applySetting(experiment, setting); !applied)
            add(applied.error().message);
    }
    if (problems.empty()) {
        for (const core::Problem& problem : core::validate(experiment))
            add(problem.message);
    }
    if (!problems.empty())
        return core::fail("{}", problems);
    return {};
}

} // namespace toeplab::app
