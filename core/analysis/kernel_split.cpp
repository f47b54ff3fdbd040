// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_split.h"

#include "core/analysis/kernel_energy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace toeplab::core
{
namespace
{

/// Straight lines between values at whole numbers from 0 on.
double interpolated(const std::vector<double>& values, double place)
{
    const double last = static_cast<double>(values.size() - 1);
    const double clamped = std::clamp(place, 0.0, last);
    const auto below = static_cast<std::size_t>(clamped);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double part = clamped - static_cast<double>(below);
    return values[below] + part * (values[above] - values[below]);
}

/// The kernel with the straight line between the first lags behind the band in its place; where nothing lies behind it,
/// zero.
std::vector<double> withoutBand(std::span<const double> kernel, std::int64_t n, std::int64_t w)
{
    std::vector<double> rest(kernel.begin(), kernel.end());
    const bool open = w + 1 < n;
    const auto at = [n](std::int64_t lag) { return static_cast<std::size_t>(lag + n - 1); };
    const double left = open ? rest[at(-w - 1)] : 0;
    const double right = open ? rest[at(w + 1)] : 0;
    for (std::int64_t lag = -w; lag <= w; ++lag) {
        const double part = static_cast<double>(lag + w + 1) / static_cast<double>(2 * w + 2);
        rest[at(lag)] = left + part * (right - left);
    }
    return rest;
}

/// Largest second difference.
double sharpestBend(const std::vector<double>& rest, std::int64_t n)
{
    double largest = 0;
    for (std::int64_t lag = 2 - n; lag < n - 1; ++lag) {
        const auto i = static_cast<std::size_t>(lag + n - 1);
        largest = std::max(largest, std::abs(rest[i + 1] - 2 * rest[i] + rest[i - 1]));
    }
    return largest;
}

double energyOf(std::span<const double> kernel)
{
    const std::vector<double> energies = diagonalEnergies(kernel);
    return std::accumulate(energies.begin(), energies.end(), 0.0);
}

} // namespace

KernelSplit splitKernel(std::span<const double> kernel, std::int64_t band_width, std::int64_t rank)
{
    KernelSplit split;
    const std::int64_t n = lengthOf(kernel.size());
    split.length = n;
    split.band_width = std::clamp<std::int64_t>(band_width, 0, n - 1);
    split.rank = std::clamp<std::int64_t>(rank, std::min<std::int64_t>(2, n), n);
    split.spacing = split.rank > 1 ? static_cast<double>(n - 1) / static_cast<double>(split.rank - 1) : 0;
    const std::vector<double> rest = withoutBand(kernel, n, split.band_width);
    for (std::int64_t m = 1 - split.rank; m < split.rank; ++m) {
        split.inducing_lags.push_back(static_cast<double>(m) * split.spacing);
        split.inducing_values.push_back(interpolated(rest, split.inducing_lags.back() + static_cast<double>(n - 1)));
    }
    for (std::int64_t lag = 1 - n; lag < n; ++lag) {
        const auto i = static_cast<std::size_t>(lag + n - 1);
        const double place =
            split.spacing > 0 ? static_cast<double>(lag) / split.spacing + static_cast<double>(split.rank - 1) : 0;
        split.low_rank.push_back(interpolated(split.inducing_values, place));
        const bool inside = std::abs(lag) <= split.band_width;
        const double apart = kernel[i] - split.low_rank.back();
        split.band.push_back(inside ? apart : 0);
        split.residual.push_back(inside ? 0 : apart);
    }
    const BandSplit energy = splitAtBand(kernel, split.band_width);
    split.band_energy = energy.band / energy.total;
    for (const double value : split.residual)
        split.largest = std::max(split.largest, std::abs(value));
    split.bound = split.spacing > 1 ? split.spacing * split.spacing / 4 * sharpestBend(rest, n) : 0;
    split.error = std::sqrt(energyOf(split.residual) / energy.total);
    return split;
}

} // namespace toeplab::core
