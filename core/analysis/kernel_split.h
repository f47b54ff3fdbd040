// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::core
{

/// A kernel t_k, k = -(n-1)..n-1, taken apart as SKI has it (Moreno et al., SKI to go Faster, 2023): a band |k| <= w,
/// and a rest that linear interpolation between r inducing points can hold. The rest inside the band is the straight
/// line between its edges, so that a spike stays in the band; the low-rank part is the rest at multiples of h =
/// (n-1)/(r-1), joined by straight lines (the kernel that W A W^T approximates). All vectors have 2n-1 values.
struct KernelSplit {
    std::int64_t length = 0;
    std::int64_t band_width = 0;                        ///< w
    std::int64_t rank = 0;                              ///< r
    double spacing = 0;                                 ///< h
    std::vector<double> band;                           ///< t - low rank for |k| <= w, 0 beyond
    std::vector<double> low_rank;                       ///< over all lags
    std::vector<double> residual;                       ///< t - band - low rank: 0 inside the band
    std::vector<double> inducing_lags, inducing_values; ///< 2r-1 points: multiples of h, and the rest there
    double band_energy = 0; ///< ||S||_F^2 / ||T||_F^2 of t cut to the band; NaN for the kernel 0
    double error = 0;       ///< ||residual||_F / ||T||_F; NaN for the kernel 0
    double largest = 0;     ///< largest |residual|
    /// (h^2 / 4) max |second difference of the rest|: no entry of W A W^T is further than this from that of a smooth
    /// rest, and so no residual. 0 for the full rank.
    double bound = 0;

    /// Lags that neither part can follow freely: behind the band and before the second inducing lag, where the rest is
    /// one straight line on each side. Empty (from >= to) where the band reaches that far.
    [[nodiscard]] double blindFrom() const { return static_cast<double>(band_width); }
    [[nodiscard]] double blindTo() const { return 2 * spacing; }
};

/// 0 <= w < n, 2 <= r <= n, or n = 1; wider bands and ranks are taken as the largest that there are. O(n).
[[nodiscard]] KernelSplit splitKernel(std::span<const double> kernel, std::int64_t band_width, std::int64_t rank);

} // namespace toeplab::core
