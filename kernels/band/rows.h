// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/isa.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Widest band. Wider kernels are no longer short: their product belongs to transforms.
inline constexpr std::int64_t kMaxTaps = 255;

/// out[i] = base[i] + sum_m taps[m] s(i + m + shift), 0 <= i < count, 0 <= m < tap_count (any number), of a signal s
/// that is zero outside [0, length).
template <typename T>
struct Correlation {
    const T* signal = nullptr;
    std::int64_t length = 0;
    std::int64_t shift = 0;
    const T* taps = nullptr;
    std::int64_t tap_count = 0;
    T* out = nullptr;
    std::int64_t count = 0;
    const T* base = nullptr; ///< null: zero; may be out itself
    /// Rows of `count` values that are needed next: fetched into the cache while there is work enough to hide it.
    const T* ahead[2] = {nullptr, nullptr};
};

/// Correlations of single rows.
template <typename T>
struct BandRows {
    /// O(count tap_count); taps that meet only zeros are left out.
    void (*correlate)(const Correlation<T>& row);

    /// Partial sums of the gradient of the taps: summed over its `lanes` values, row m of sums (tap_count, lanes) grows
    /// by sum_i g[i] s(i + m - tap_count / 2), s the signal as above. tap_count <= kMaxTaps.
    void (*tapSums)(const T* signal, const T* g, std::int64_t length, std::int64_t tap_count, T* sums);

    /// out[m] = the sum of row m of sums.
    void (*addUp)(const T* sums, std::int64_t tap_count, T* out);

    std::int64_t lanes = 0;
};

/// The functions of one level; promise: cpuHas(isa).
template <typename T>
[[nodiscard]] const BandRows<T>& bandRows(Isa isa);

} // namespace toeplab::kernels
