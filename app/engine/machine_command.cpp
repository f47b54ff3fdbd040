// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "core/base/version.h"

#include <fmt/format.h>

namespace toeplab::app
{

void addMachineCommand(CLI::App& app, CommandContext& context)
{
    addCommand(app, context, "machine", "Versions, devices, instruction sets, what is missing and how to get it",
               "toeplab machine --json", [&context] {
                   if (context.json)
                       printJson({{"version", core::buildInfo().version}, {"git", core::buildInfo().git}});
                   else
                       fmt::print("{}\n", core::buildInfo().text());
                   return kDone;
               });
}

} // namespace toeplab::app
