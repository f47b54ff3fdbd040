// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// y[b, c, i] = residual[b, c, i] + bias[c] + product[b, c, i], the product in bfloat16 (its upper 16 bits of a float).
/// All (batch, channels, length); bias (channels). bias and residual may be null.
void addWidened(std::int64_t batch, std::int64_t channels, std::int64_t length, const std::uint16_t* product,
                const float* bias, const float* residual, float* y);

} // namespace toeplab::kernels
