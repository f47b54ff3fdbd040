// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// The Toeplitz product of each channel with its own kernel, term by term, along one axis of lines or images:
///     y[b, c, o, i, p] = scale sum_{t = -before}^{after} k[c, t] x[b, c, o, i - t, p],   0 <= i - t < length.
/// x, y: (batch, channels, outer, length, inner), contiguous. A sequence has outer = inner = 1, the rows of an image
/// outer = height, its columns inner = width. k: (channels, before + 1 + after), lag -before first; 0 <= before, after
/// < length. The matrix is never stored: its rows are the kernel, shifted, and tiles of outputs stay in registers.
/// Terms of an output are added in the order of their inputs, so that a causal product (before = 0) is causal to the
/// last bit. O(batch channels outer inner length min(length, lags)), working memory O(length) a thread and a copy of
/// one image where its width is no whole number of vectors.
struct DirectShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t outer = 1;
    std::int64_t length = 0;
    std::int64_t inner = 1;
    std::int64_t before = 0; ///< largest negative lag, as a positive number
    std::int64_t after = 0;  ///< largest positive lag
    double scale = 1;

    [[nodiscard]] std::int64_t lags() const { return before + 1 + after; }
    /// Entries of the matrix that are not zero: multiply-adds of one line.
    [[nodiscard]] std::int64_t entries() const
    {
        return length * lags() - before * (before + 1) / 2 - after * (after + 1) / 2;
    }
};

template <typename T>
void directForward(const DirectShape& shape, const T* kernel, const T* x, T* y);

/// dx[.., j, .] = scale sum_t k[c, t] g[.., j + t, .] and dk[c, t] = scale sum g[.., i, .] x[.., i - t, .]. Either may
/// be null. Sums over the batch run in its order: results do not depend on threads. Outputs must not overlap inputs.
template <typename T>
void directBackward(const DirectShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel);

} // namespace toeplab::kernels
