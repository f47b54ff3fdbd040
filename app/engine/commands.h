// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine/command.h"

namespace toeplab::app
{

void addTrainCommand(CLI::App& app, CommandContext& context);
void addEvalCommand(CLI::App& app, CommandContext& context);
void addAnalyzeCommand(CLI::App& app, CommandContext& context);
void addDataCommand(CLI::App& app, CommandContext& context);
void addRunsCommand(CLI::App& app, CommandContext& context);
void addBenchCommand(CLI::App& app, CommandContext& context);
void addPresetsCommand(CLI::App& app, CommandContext& context);
void addMachineCommand(CLI::App& app, CommandContext& context);
void addServeCommand(CLI::App& app, CommandContext& context);

/// Every command of the engine, in the order of `--help`.
void addCommands(CLI::App& app, CommandContext& context);

} // namespace toeplab::app
