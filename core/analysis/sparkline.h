// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::core
{

/// The median over channels at each lag, thinned to at most `points` values that keep every extreme: equal stretches of
/// lags, each with its least and greatest value in their order. kernels: (channels, lags). O(channels lags).
[[nodiscard]] std::vector<float> sparkline(std::span<const float> kernels, std::int64_t channels,
                                           std::size_t points = 256);

} // namespace toeplab::core
