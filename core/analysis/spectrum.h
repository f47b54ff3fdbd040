// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analysis/fft.h"

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace toeplab::core
{

/// The frequency response of a Toeplitz kernel, H(w) = sum_k t_k exp(-i w k), k = -(n-1)..n-1, at w = pi m / (bins-1),
/// m = 0..bins-1: the eigenvalues of the infinite Toeplitz matrix (Szegő). Exact at these w, none is interpolated.
class SpectrumPlan
{
public:
    /// For kernels of n lags a side: bins = N/2 + 1 with N the power of two from 2n-1 up, at least 1024.
    explicit SpectrumPlan(std::size_t n);
    [[nodiscard]] std::size_t bins() const { return fft_.size() / 2 + 1; }
    [[nodiscard]] std::vector<double> omega() const; ///< rad/position
    /// Two kernels (2n-1 lags from -(n-1) each) in one transform; the second may be empty. bins() values each.
    void transform(std::span<const float> first, std::span<const float> second,
                   std::vector<std::complex<double>>& first_out, std::vector<std::complex<double>>& second_out) const;

private:
    std::size_t n_;
    Fft fft_;
};

/// 20 log10 |H|; not below `floor_db`.
[[nodiscard]] double decibels(std::complex<double> response, double floor_db = -200);

/// Adds multiples of 2 pi so that neighbours differ by at most pi.
void unwrapPhase(std::span<double> phase);

} // namespace toeplab::core
