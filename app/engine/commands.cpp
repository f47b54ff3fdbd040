// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"

namespace toeplab::app
{

void addCommands(CLI::App& app, CommandContext& context)
{
    addAnalyzeCommand(app, context);
    addDataCommand(app, context);
    addPresetsCommand(app, context);
    addMachineCommand(app, context);
}

} // namespace toeplab::app
