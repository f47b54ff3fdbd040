// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::core
{

/// Pure functions of one kernel t_k, k = -(n-1)..n-1 (2n-1 values from -(n-1)), and its matrix T_ij = t_{i-j}. O(n).

/// n of a kernel of 2n-1 lags; an even number of values breaks the promise.
[[nodiscard]] std::int64_t lengthOf(std::size_t lags);
[[nodiscard]] bool allFinite(std::span<const double> values);
[[nodiscard]] bool allFinite(std::span<const float> values);

/// ||T||_F^2 by distance from the diagonal: element d is (n-d)(t_d^2 + t_-d^2), element 0 n·t_0^2. n values.
[[nodiscard]] std::vector<double> diagonalEnergies(std::span<const double> kernel);

/// T = S + R, S the band |k| <= w: ||T||_F^2 = ||S||_F^2 + ||R||_F^2, and S_w = band / total.
struct BandSplit {
    double total = 0, band = 0, remainder = 0;
};
[[nodiscard]] BandSplit splitAtBand(std::span<const double> kernel, std::int64_t w);

/// Smallest w with S_w >= share. NaN for the kernel 0.
[[nodiscard]] double effectiveWidth(std::span<const double> kernel, double share = 0.9);

/// sum_{k<0} t_k^2 / sum_k t_k^2. NaN for the kernel 0.
[[nodiscard]] double anticausalEnergy(std::span<const double> kernel);

/// gamma of |t_k| ~ gamma^|k|: the slope of log e_d over d by least squares weighted with e_d, where e_d = max_{|k|>=d}
/// |t_k| is the falling envelope (so zeros of an oscillating kernel do not count), over the d from 0 on with e_d >=
/// e_0/1000 and at least d = 0 and 1. Exact for gamma^|k|, one-sided or two-sided; a few percent off where the kernel
/// oscillates slower than it decays. 1: no decay (also for kernels that grow); 0: nothing beyond lag 0. NaN for the
/// kernel 0.
[[nodiscard]] double decayRate(std::span<const double> kernel);

} // namespace toeplab::core
