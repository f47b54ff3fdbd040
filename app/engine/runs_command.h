// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine/command.h"

#include <nlohmann/json.hpp>

#include <string>

namespace toeplab::app
{

/// The commands of the group `runs`, one file each.
void addRunsList(CLI::App& group, CommandContext& context);
void addRunsShow(CLI::App& group, CommandContext& context);
void addRunsDiff(CLI::App& group, CommandContext& context);
void addRunsDoctor(CLI::App& group, CommandContext& context);
void addRunsExport(CLI::App& group, CommandContext& context);

/// A value of a setting or a result as a person reads it; "-" where there is none.
[[nodiscard]] std::string valueText(const nlohmann::json& value);
/// "2026-11-26 08:15", in local time; "-" for 0.
[[nodiscard]] std::string timeText(double unix_seconds);

} // namespace toeplab::app
