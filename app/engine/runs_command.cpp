// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"

#include "app/engine/commands.h"
#include "core/base/text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>

namespace toeplab::app
{

std::string valueText(const nlohmann::json& value)
{
    if (value.is_null()) {
        return "-";
    }
    if (value.is_string()) {
        return value.get_ref<const std::string&>().empty() ? "\"\"" : value.get<std::string>();
    }
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
        return "-";
    }
    return value.is_number() ? core::plainNumber(value.get<double>()) : value.dump();
}

std::string timeText(double unix_seconds)
{
    if (unix_seconds <= 0) {
        return "-";
    }
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(unix_seconds)));
}

void addRunsCommand(CLI::App& app, CommandContext& context)
{
    CLI::App* group = addGroup(app, "runs", "List, show, compare, check or export run files", "toeplab runs list");
    addRunsList(*group, context);
    addRunsShow(*group, context);
    addRunsDiff(*group, context);
    addRunsDoctor(*group, context);
    addRunsExport(*group, context);
}

} // namespace toeplab::app
