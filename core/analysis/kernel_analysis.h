// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// Figures of one Toeplitz kernel t_k, k = -(n-1)..n-1, T_ij = t_{i-j}, ||T||_F^2 = sum_k (n-|k|) t_k^2 (workbench.md 3).
struct KernelScores {
    double spikiness = 0;         ///< S_w: share of ||T||_F^2 within |k| <= w
    double peak_over_median = 0;  ///< max |t| / median |t|
    double effective_width = 0;   ///< smallest w with S_w >= 0.9 (lags)
    double decay_rate = 0;        ///< fitted gamma of |t_k| ~ gamma^|k|; 1: no decay
    double anticausal_energy = 0; ///< sum_{k<0} t_k^2 / sum_k t_k^2
    double effective_rank = 0;    ///< exp(entropy of the normalised singular values of T) (Roy & Vetterli 2007)
};

struct ScoreSummary {
    double median = 0, q1 = 0, q3 = 0; ///< over channels
};

/// A row of the ladder: one layer (or one axis of it).
struct LayerScores {
    std::int64_t channels = 0, length = 0;
    std::int64_t band = 8; ///< w of the spikiness
    ScoreSummary spikiness, peak_over_median, effective_width, decay_rate, anticausal_energy, effective_rank;
};

/// kernel: 2n-1 lags from -(n-1). O(n log n); effective_rank by the exact singular values up to n = 256, beyond that by
/// those of the circulant symbol (equal in the limit, Avram-Parter).
[[nodiscard]] KernelScores scoreKernel(std::span<const double> kernel, std::int64_t band);

/// kernels: (channels, 2n-1) row-major.
[[nodiscard]] LayerScores scoreLayer(std::span<const float> kernels, std::int64_t channels, std::int64_t band);

} // namespace toeplab::core
