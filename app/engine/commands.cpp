// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"

namespace toeplab::app
{

void addCommands(CLI::App& app, CommandContext& context)
{
    addTrainCommand(app, context);
    addEvalCommand(app, context);
    addAnalyzeCommand(app, context);
    addDataCommand(app, context);
    addRunsCommand(app, context);
    addBenchCommand(app, context);
    addPresetsCommand(app, context);
    addMachineCommand(app, context);
    addServeCommand(app, context);
}

} // namespace toeplab::app
