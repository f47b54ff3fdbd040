// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct/choice.h"

#include <algorithm>
#include <cmath>

namespace toeplab::kernels
{

double directCost(std::int64_t n, std::int64_t before, std::int64_t after)
{
    constexpr std::int64_t kTile = 32; // outputs beside each other in registers
    double multiply_adds = 0;
    for (std::int64_t i = 0; i < n; i += kTile) {
        const std::int64_t outputs = std::min(kTile, n - i);
        const std::int64_t inputs = std::min(n, i + outputs + before) - std::max<std::int64_t>(0, i - after);
        multiply_adds += static_cast<double>(outputs) * static_cast<double>(inputs);
    }
    return 20 + 0.065 * multiply_adds;
}

double transformCost(std::int64_t n, std::int64_t before, std::int64_t after)
{
    const auto values = static_cast<double>(std::max<std::int64_t>(128, n + std::max(before, after)));
    return 40 + 0.225 * values * std::log2(values);
}

} // namespace toeplab::kernels
