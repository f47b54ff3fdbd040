// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analysis/kernel_analysis.h"

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::core
{

/// The p-quantile, 0 <= p <= 1, interpolated linearly between order statistics (numpy's default); NaNs are left out,
/// infinities are not. NaN where nothing is left. O(size).
[[nodiscard]] double quantile(std::vector<double> values, double p);

/// Median and quartiles, as quantile().
[[nodiscard]] ScoreSummary summarise(const std::vector<double>& values);

/// What the channels of a layer do at each lag. kernels: (channels, 2n-1) row-major from lag -(n-1); channels that hold
/// a NaN or an infinity are left out (counted in `broken`); without any other every value is NaN. O(channels · n).
struct LagProfile {
    std::vector<float> minimum, q1, median, q3, maximum; ///< 2n-1 values each
    std::int64_t broken = 0;
};
[[nodiscard]] LagProfile lagProfile(std::span<const float> kernels, std::int64_t channels);

/// The median of the channels at each lag alone.
[[nodiscard]] std::vector<float> medianKernel(std::span<const float> kernels, std::int64_t channels);

/// ||after - before|| / ||before|| over all values (Frobenius): how far kernels moved between two snapshots. Infinite
/// from 0 to something, 0 from 0 to 0, NaN where either holds a NaN or an infinity.
[[nodiscard]] double relativeChange(std::span<const float> before, std::span<const float> after);

/// At most `most` values (at least 2) that look like `values` at that size: values in equal stretches, each stretch by
/// its smallest and its largest in the order in which they come, so that a spike of one value stays. What fits is kept
/// as it is. Stretches without a finite value are NaN.
[[nodiscard]] std::vector<float> thinned(std::span<const float> values, std::size_t most);

/// asinh(value / scale): linear below the scale, logarithmic above, signed. Odd and monotone.
[[nodiscard]] double asinhScaled(double value, double scale);
/// A scale at which a kernel's body is visible beside its peak: the median of |t_k| over the lags that are not 0, at
/// least 1e-4 of the peak; 1 for the kernel 0.
[[nodiscard]] double asinhScale(std::span<const float> kernel);

} // namespace toeplab::core
