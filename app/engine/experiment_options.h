// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace toeplab::app
{

/// `--set KEY=VALUE`, repeatable, as every command has it that starts from an experiment.
void addSetOption(CLI::App& command, std::vector<std::string>& settings);

/// All settings onto an experiment, then validation; every problem is in the one error, a line each.
[[nodiscard]] core::Result<void> applySettings(core::Experiment& experiment, const std::vector<std::string>& settings);

} // namespace toeplab::app
