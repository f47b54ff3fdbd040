// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/spectrum.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

namespace toeplab::core
{

SpectrumPlan::SpectrumPlan(std::size_t n) : n_(n), fft_(powerOfTwo(std::max<std::size_t>(2 * n, 1024))) {}

std::vector<double> SpectrumPlan::omega() const
{
    std::vector<double> omega(bins());
    for (std::size_t m = 0; m < omega.size(); ++m)
        omega[m] = std::numbers::pi * double(m) / double(omega.size() - 1);
    return omega;
}

void SpectrumPlan::transform(std::span<const float> first, std::span<const float> second,
                             std::vector<std::complex<double>>& first_out,
                             std::vector<std::complex<double>>& second_out) const
{
    const std::size_t lags = 2 * n_ - 1, size = fft_.size();
    if (first.size() != lags || (!second.empty() && second.size() != lags)) {
        std::fprintf(stderr, "SpectrumPlan: kernels of %zu and %zu lags for a plan of %zu\n", first.size(),
                     second.size(), lags);
        std::abort();
    }
    // z = a + i b with lag k at k mod N; A_m = (Z_m + conj Z_-m) / 2, B_m = (Z_m - conj Z_-m) / 2i
    std::vector<std::complex<double>> packed(size);
    for (std::size_t i = 0; i < lags; ++i)
        packed[(i + size - (n_ - 1)) % size] = {first[i], second.empty() ? 0.0 : double(second[i])};
    fft_.forward(packed);
    first_out.resize(bins());
    second_out.resize(second.empty() ? 0 : bins());
    for (std::size_t m = 0; m < bins(); ++m) {
        const std::complex<double> z = packed[m], mirrored = std::conj(packed[(size - m) % size]);
        first_out[m] = (z + mirrored) * 0.5;
        if (!second.empty())
            second_out[m] = (z - mirrored) * std::complex<double>(0, -0.5);
    }
}

double decibels(std::complex<double> response, double floor_db)
{
    const double power = std::norm(response);
    return power > 0 ? std::max(10 * std::log10(power), floor_db) : floor_db;
}

void unwrapPhase(std::span<double> phase)
{
    constexpr double kTurn = 2 * std::numbers::pi;
    for (std::size_t i = 1; i < phase.size(); ++i)
        phase[i] -= kTurn * std::round((phase[i] - phase[i - 1]) / kTurn);
}

} // namespace toeplab::core
