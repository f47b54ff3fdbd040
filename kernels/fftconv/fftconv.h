// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>

namespace toeplab::kernels
{

/// The Toeplitz product of each channel with its own kernel, by real FFTs:
///     y[b, c, i] = sum_{t = -before}^{after} k[c, t] x[b, c, i - t],   0 <= i - t < length.
/// x, y: (batch, channels, length), rows contiguous, row (b, c) at b * batch_stride + c * length (strides in elements).
/// k: (channels, before + 1 + after), lag -before first. 0 <= before, after < length.
/// The circular product of N >= length + max(before, after) values never wraps into an output. Each row is transformed,
/// multiplied and transformed back while it is in cache; O(batch * channels * N log N), working memory O(N) a thread.
struct ToeplitzShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    std::int64_t before = 0; ///< largest negative lag, as a positive number
    std::int64_t after = 0;  ///< largest positive lag

    [[nodiscard]] std::int64_t lags() const { return before + 1 + after; }
};

/// Transform length that the product of this shape uses.
[[nodiscard]] std::int64_t transformLength(const ToeplitzShape& shape);

template <typename T>
void toeplitzForward(const ToeplitzShape& shape, const T* kernel, const T* x, T* y);

/// dx[b, c, j] = sum_t k[c, t] g[b, c, j + t] and dk[c, t] = sum_b sum_i g[b, c, i] x[b, c, i - t], in one pass over
/// the rows. Either result may be null. Sums over the batch run in its order: the result does not depend on threads.
template <typename T>
void toeplitzBackward(const ToeplitzShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel);

} // namespace toeplab::kernels
