// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_energy.h"

#include "core/base/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::core
{
namespace
{

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// f(t_d, t_-d) for d = 0..n-1, with t_-0 = 0 so that lag 0 counts once.
template <typename Combine>
std::vector<double> byDistance(std::span<const double> kernel, Combine&& combine)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    std::vector<double> values(n);
    for (std::size_t d = 0; d < n; ++d) {
        values[d] = combine(kernel[n - 1 + d], d == 0 ? 0.0 : kernel[n - 1 - d], d);
    }
    return values;
}

} // namespace

std::int64_t lengthOf(std::size_t lags)
{
    require(lags % 2 == 1, "a kernel of {} values, where 2n-1 lags are an odd number", lags);
    return static_cast<std::int64_t>((lags + 1) / 2);
}

bool allFinite(std::span<const double> values)
{
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

bool allFinite(std::span<const float> values)
{
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::vector<double> diagonalEnergies(std::span<const double> kernel)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    return byDistance(kernel, [n](double right, double left, std::size_t d) {
        return static_cast<double>(n - d) * (right * right + left * left);
    });
}

BandSplit splitAtBand(std::span<const double> kernel, std::int64_t w)
{
    BandSplit split;
    const std::vector<double> energies = diagonalEnergies(kernel);
    for (std::size_t d = 0; d < energies.size(); ++d) {
        (static_cast<std::int64_t>(d) <= w ? split.band : split.remainder) += energies[d];
    }
    split.total = split.band + split.remainder;
    return split;
}

double effectiveWidth(std::span<const double> kernel, double share)
{
    const std::vector<double> energies = diagonalEnergies(kernel);
    double total = 0;
    for (const double energy : energies) {
        total += energy;
    }
    if (total == 0) {
        return kNan;
    }
    double within = 0;
    for (std::size_t d = 0; d < energies.size(); ++d) {
        within += energies[d];
        if (within >= share * total) {
            return static_cast<double>(d);
        }
    }
    return static_cast<double>(energies.size() - 1); // rounding alone kept the last sum below its own total
}

double anticausalEnergy(std::span<const double> kernel)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    double before = 0, total = 0;
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        const double energy = kernel[i] * kernel[i];
        before += i < n - 1 ? energy : 0;
        total += energy;
    }
    return total == 0 ? kNan : before / total;
}

double decayRate(std::span<const double> kernel)
{
    constexpr double kRange = 1e-3;
    std::vector<double> envelope = byDistance(
        kernel, [](double right, double left, std::size_t) { return std::max(std::abs(right), std::abs(left)); });
    for (std::size_t d = envelope.size() - 1; d-- > 0;) {
        envelope[d] = std::max(envelope[d], envelope[d + 1]);
    }
    if (envelope[0] == 0) {
        return kNan;
    }
    if (envelope.size() == 1 || envelope[1] == 0) {
        return 0;
    }
    double weight = 0, mean_d = 0, mean_log = 0, variance = 0, covariance = 0;
    for (std::size_t d = 0; d < envelope.size(); ++d) {
        const double e = envelope[d] / envelope[0];
        if (d > 1 && e < kRange) {
            break;
        }
        // weighted means and moments, updated point by point (West 1979)
        const double x = static_cast<double>(d), y = std::log(e), dx = x - mean_d;
        weight += e;
        mean_d += e / weight * dx;
        mean_log += e / weight * (y - mean_log);
        variance += e * dx * (x - mean_d);
        covariance += e * dx * (y - mean_log);
    }
    return variance == 0 ? 0 : std::min(1.0, std::exp(covariance / variance));
}

} // namespace toeplab::core
