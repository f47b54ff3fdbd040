// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// Short depthwise convolution, the sparse branch of SKI (a band matrix): with half = taps / 2,
///     y[b, c, i] = sum_{m < taps} k[c, m] x[b, c, i + m - half],   x = 0 outside [0, length),
/// that is T[i, j] = k[j - i + half]: the lag i - j = t takes k[half - t] (a cross-correlation, as published).
/// x, y, g: (batch, channels, length) contiguous; k: (channels, taps) contiguous. taps is odd, 1 .. 255, and may exceed
/// the length. O(batch * channels * length * taps) multiply-adds, no working memory. Outputs must not overlap inputs.
struct BandShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    std::int64_t taps = 0;

    [[nodiscard]] std::int64_t half() const { return taps / 2; }
};

template <typename T>
void bandForward(const BandShape& shape, const T* kernel, const T* x, T* y);

/// dx[b, c, j] = sum_m k[c, m] g[b, c, j - m + half] and dk[c, m] = sum_b sum_i g[b, c, i] x[b, c, i + m - half].
/// Either result may be null. Each channel's sum runs over the batch in its order: results do not depend on threads.
template <typename T>
void bandBackward(const BandShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel);

} // namespace toeplab::kernels
