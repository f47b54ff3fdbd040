// SPDX-License-Identifier: Apache-2.0
#include "core/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace toeplab::core
{

double learningRate(const OptimizerSettings& settings, double peak, std::int64_t step)
{
    const std::int64_t s = step - 1;
    if (s < settings.warmup)
        return peak * static_cast<double>(s) / static_cast<double>(settings.warmup);
    if (settings.schedule == "constant")
        return peak;
    if (s >= settings.total_steps)
        return 0;
    const double share =
        static_cast<double>(s - settings.warmup) / static_cast<double>(settings.total_steps - settings.warmup);
    return peak * std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * share)));
}

} // namespace toeplab::core
