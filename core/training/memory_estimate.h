// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/trainer.h"

#include <functional>

namespace toeplab::core
{

/// What a training step takes on the graphics card in use: it grows with the samples of a batch by the same amount
/// each, so that two small steps tell.
struct MemoryEstimate {
    double fixed_mib = 0;   ///< model, optimizer, kernels: whatever the batch
    double sample_mib = 0;  ///< more for each sample of the longest length
    double free_mib = 0;    ///< on the card before the first step, what this process holds unused included
    std::int64_t cards = 1; ///< that divide a batch; free_mib is the least that one of them has

    /// On each card, of a batch of so many samples.
    [[nodiscard]] double stepMib(std::int64_t samples) const;
    /// Samples of a batch that there is room for; at least 0.
    [[nodiscard]] std::int64_t mostSamples() const;
};

/// Steps of one and of three samples of the longest length, with a model of its own that is given up afterwards. Zeros
/// on the CPU.
[[nodiscard]] Result<MemoryEstimate> estimateMemory(const Experiment& experiment, const TaskShape& shape);

/// A sentence where the experiment's batches do not fit on the card; empty: they do, or there is no card.
[[nodiscard]] Result<std::string> memoryProblem(const Experiment& experiment, const TaskShape& shape);

} // namespace toeplab::core
