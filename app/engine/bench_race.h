// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine/command.h"

namespace toeplab::app
{

/// `bench race`, in the group of `bench`.
void addRaceCommand(CLI::App& group, CommandContext& context);

} // namespace toeplab::app
