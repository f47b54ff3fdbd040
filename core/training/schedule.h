// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/experiment.h"

#include <cstdint>

namespace toeplab::core
{

/// The learning rate of optimiser step `step` (1-based) when the schedule's peak is `peak`; s = step - 1:
///   s < warmup:  peak * s / warmup                                   (so the first step of a warm-up has rate 0)
///   cosine:      peak * max(0, 1/2 (1 + cos(pi (s - warmup) / (total_steps - warmup)))), and 0 from total_steps on
///   constant:    peak
/// The published code (Hugging Face's cosine) is not held at 0: past total_steps its rate rises again.
[[nodiscard]] double learningRate(const OptimizerSettings& settings, double peak, std::int64_t step);

} // namespace toeplab::core
