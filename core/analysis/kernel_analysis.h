// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace toeplab::core
{

/// Figures of one Toeplitz kernel t_k, k = -(n-1)..n-1, of the matrix T_ij = t_{i-j}. All are the same for c·t, c != 0.
/// A kernel with a NaN or an infinity has NaN for every figure; the kernel 0 has effective rank 0 and NaN for the
/// others.
struct KernelScores {
    double spikiness = 0;         ///< S_w: share of ||T||_F^2 = sum_k (n-|k|) t_k^2 within |k| <= w
    double peak_over_median = 0;  ///< max |t_k| / median |t_k|; infinite where more than half the lags are 0
    double effective_width = 0;   ///< smallest w with S_w >= 0.9 (lags)
    double decay_rate = 0;        ///< gamma of |t_k| ~ gamma^|k|, see decayRate(); 1: no decay
    double anticausal_energy = 0; ///< sum_{k<0} t_k^2 / sum_k t_k^2
    double effective_rank = 0;    ///< exp(entropy of the normalised singular values of T) (Roy & Vetterli 2007)
};

/// Over the channels where the figure is a number; quartiles interpolate linearly between order statistics. NaN:
/// nowhere.
struct ScoreSummary {
    double median = 0, q1 = 0, q3 = 0;

    friend bool operator==(const ScoreSummary&, const ScoreSummary&) = default;
};

/// A row of the ladder: one layer (or one axis of it).
struct LayerScores {
    std::int64_t channels = 0, length = 0;
    std::int64_t band = 8;   ///< w of the spikiness
    std::int64_t broken = 0; ///< channels that hold a NaN or an infinity; the figures leave them out
    ScoreSummary spikiness, peak_over_median, effective_width, decay_rate, anticausal_energy, effective_rank;
};

/// kernel: 2n-1 lags from -(n-1). O(n log n), but O(n^3) for the rank up to n = 256 (10 ms there): singular values are
/// exact so far, beyond that those of the nearest circulant matrix (equal in the limit, Avram-Parter; a few percent off
/// for kernels that decay within n, up to a quarter for those that do not).
[[nodiscard]] KernelScores scoreKernel(std::span<const double> kernel, std::int64_t band);

/// kernels: (channels, 2n-1) row-major.
[[nodiscard]] LayerScores scoreLayer(std::span<const float> kernels, std::int64_t channels, std::int64_t band);
[[nodiscard]] LayerScores scoreLayer(std::span<const double> kernels, std::int64_t channels, std::int64_t band);

} // namespace toeplab::core
