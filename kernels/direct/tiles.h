// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/isa.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Values that must be readable beyond the last lag.
inline constexpr std::int64_t kLagMargin = 32;

/// The sum of lag t is that of row_r(t + r), 0 <= r < kLagRows: rows of their own for inputs that follow each other, so
/// that no tile waits for the stores of its neighbour. Each of `rows` is laid out like a padded kernel, `pitch` apart.
inline constexpr int kLagRows = 4;
template <typename T>
struct LagRows {
    T* zero = nullptr; ///< lag 0 of row 0
    std::int64_t pitch = 0;
};

/// A kernel with its zeros: `zero` points at lag 0 of -(length - 1) .. length - 1 + kLagMargin.
template <typename T>
struct PaddedKernel {
    const T* zero = nullptr;
    std::int64_t length = 0;
    std::int64_t before = 0, after = 0; ///< lags outside -before .. after are zero
};

/// Values that are needed next: fetched into the cache while there is work enough to hide it.
template <typename T>
struct Ahead {
    const T* from = nullptr;
    std::int64_t count = 0;
};

/// Lines x_r = x + r pitch that lie beside each other (`alongRows`), or as the columns of rows (`alongColumns`).
template <typename T>
struct Lines {
    const T* x = nullptr;
    T* y = nullptr;
    std::int64_t count = 0;
    std::int64_t x_pitch = 0; ///< from one row to the next
    std::int64_t y_pitch = 0;
    Ahead<T> ahead = {};
};

/// What the gradient of a kernel adds up: g_r and x_r, r < count.
template <typename T>
struct LagSums {
    const T* g = nullptr; ///< rows of `length` values that are readable to the next multiple of `lanes`, zero there
    const T* x = nullptr; ///< x_r(j) = x[r x_line + j x_step]
    std::int64_t count = 0;
    std::int64_t g_pitch = 0;
    std::int64_t x_line = 0, x_step = 0;
    Ahead<T> ahead = {};
};

/// Register tiles of the direct product.
template <typename T>
struct DirectTiles {
    /// y_r[i] = sum_j k(i - j) x_r[j]
    void (*alongRows)(const PaddedKernel<T>& kernel, const Lines<T>& lines);

    /// y[i, p] = sum_j k(i - j) x[j, p], p < count; rows of x are readable to the next multiple of `lanes`.
    void (*alongColumns)(const PaddedKernel<T>& kernel, const Lines<T>& lines);

    /// The sum of lag i - j grows by sum_r g_r[i] x_r[j] for the lags of the shape (its `zero` is not read). Lags
    /// outside -before .. after get parts of sums that mean nothing.
    void (*addLagSums)(const PaddedKernel<T>& shape, const LagSums<T>& lines, const LagRows<T>& sums);

    std::int64_t lanes = 0;
};

/// The functions of one level; promise: cpuHas(isa).
template <typename T>
[[nodiscard]] const DirectTiles<T>& directTiles(Isa isa);

} // namespace toeplab::kernels
