// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/ski/plan.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Sparse plus low rank Toeplitz product (structured kernel interpolation), per channel:
///     y = B x + W A W^T x,
/// B the band of kernels/band/band.h, W the interpolation of InterpolationPlan, and A the rank x rank Toeplitz matrix
/// of the kernel at the lags between inducing points, A[m, l] = lags[m - l + rank - 1]. x, y, g, dx: (batch, channels,
/// length) contiguous; kernel: (channels, taps); lags: (channels, 2 rank - 1), the most negative lag first; inducing:
/// (batch, channels, rank). Rows are finished one by one while they are in cache: x is read and y written once. O(batch
/// * channels * (length * taps + rank^2)). Outputs must not overlap inputs.
struct SkiShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    std::int64_t rank = 0; ///< at least 2; the length and rank of the plan are these
    std::int64_t taps = 0; ///< odd, 1 .. 255

    [[nodiscard]] std::int64_t lags() const { return 2 * rank - 1; }
};

/// Also writes inducing = W^T x, which the backward needs for the gradient of the lags; null where nobody will ask.
template <typename T>
void skiForward(const SkiShape& shape, const InterpolationPlan<T>& plan, const T* kernel, const T* lags, const T* x,
                T* y, T* inducing);

template <typename T>
struct SkiGradients {
    T* x = nullptr;      ///< dx = B^T g + W A^T W^T g
    T* kernel = nullptr; ///< dk[c, m] = sum_b sum_i g[b, c, i] x[b, c, i + m - half]
    T* lags = nullptr;   ///< d lags[c, k + rank - 1] = sum_b sum_{m - l = k} (W^T g)[m] (W^T x)[l]
};

/// Those gradients that are not null, in one pass over the rows. Each channel's sums run over the batch in its order:
/// results do not depend on threads. x is only read for the gradient of the kernel, inducing for that of the lags.
template <typename T>
void skiBackward(const SkiShape& shape, const InterpolationPlan<T>& plan, const T* kernel, const T* lags, const T* x,
                 const T* inducing, const T* g, const SkiGradients<T>& gradients);

} // namespace toeplab::kernels
