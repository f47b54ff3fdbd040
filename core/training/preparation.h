// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/session_parts.h"
#include "core/training/training_run.h"

namespace toeplab::core
{

/// The experiment that a resumed run goes on with: the run's own, with the end (steps, minutes, epochs) of `wanted`.
/// Refuses any other difference by name, and an end that the checkpoint has already passed.
[[nodiscard]] Result<Experiment> resumedExperiment(const RunHeader& header, const Experiment& wanted,
                                                   const std::string& path);

/// Data, model and run file, in that order; progress is that of the data. A cancelled preparation leaves no run file.
[[nodiscard]] Result<PreparedRun> prepareRun(const SessionParts& parts, const TrainRequest& request,
                                             const Progress& progress, const RunWriter::FailureHandler& on_failure);

} // namespace toeplab::core
