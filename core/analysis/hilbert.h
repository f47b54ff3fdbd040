// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace toeplab::core
{

/// Whether a kernel is causal, seen in frequency: of a real kernel with t_k = 0 for k < 0 the response H(w) = sum_k t_k
/// exp(-i w k) has the imaginary part Im H = -Hilbert(Re H): the odd part of the kernel is its even part times sign(k).
struct HilbertCheck {
    std::vector<double> omega;     ///< pi m / (bins-1), rad/position
    std::vector<double> real;      ///< Re H
    std::vector<double> imaginary; ///< Im H
    std::vector<double> predicted; ///< Im H as the real part would have it for a causal kernel
    /// ||imaginary - predicted|| / ||H|| over the whole circle: rounding for causal kernels, sqrt(2) for kernels that
    /// are zero at k >= 0, in general sqrt(2 · anticausal energy). NaN for the kernel 0 and one with a NaN or an
    /// infinity.
    double residual = 0;
};

/// kernel: 2n-1 lags from -(n-1). bins = N/2 + 1 with N the power of two from 2n up, at least 1024 (those of
/// SpectrumPlan). O(N log N).
[[nodiscard]] HilbertCheck hilbertCheck(std::span<const double> kernel);

} // namespace toeplab::core
