// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::core
{

/// IEEE 754 binary16 from binary32, rounded to nearest, ties to even; beyond 65,519 infinity, below 2^-25 zero. NaN
/// stays NaN.
[[nodiscard]] std::uint16_t toHalf(float value);
/// Exact.
[[nodiscard]] float fromHalf(std::uint16_t half);

} // namespace toeplab::core
