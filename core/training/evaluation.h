// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/task.h"
#include "core/training/trainer.h"

#include <optional>

namespace toeplab::core
{

/// Loss and hits over the first `limit` samples of a split in its own order (0: all), the incomplete last batch
/// included: the published loader drops it. Padding reaches these models, so the batch size is part of the result.
/// Nothing: progress said stop.
[[nodiscard]] std::optional<EvalOutcome> evaluateSplit(Trainer& trainer, const Dataset& dataset, std::int64_t batch,
                                                       std::int64_t limit, const Progress& progress = {});

} // namespace toeplab::core
