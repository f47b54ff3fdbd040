// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a row is correlated. A shifted vector s(i + m ..) serves tap m at output vector i and tap m + W at the output
/// vector before it (W values a vector). So taps are taken in groups m, m + W, m + 2W, m + 3W, and a tile of outputs
/// stays in registers: one load for up to four multiply-adds. Rows are read in place; only tiles that reach over an end
/// of the signal read a zero-padded copy.

#include "kernels/band/rows.h"
#include "kernels/device/vec_inl.h"

namespace toeplab::kernels
{
namespace
{

#if defined(__AVX512VL__)
constexpr int kTile = 16; // vectors of outputs in registers, of 32
constexpr int kSums = 16; // tap sums in registers
#else
constexpr int kTile = 8;
constexpr int kSums = 8;
#endif
constexpr std::int64_t kTapBlock = 256;
constexpr std::int64_t kEdge = 256; // positions of a padded piece in tapSums

template <int kVectors, int kTaps, typename T>
TOEPLAB_UNROLLED inline void addTaps(const T* s, const T* taps, Vec<T>* sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> tap[kTaps];
    unroll<kTaps>([&](auto a) TOEPLAB_UNROLLED { tap[a] = broadcast<T>(taps[a * kWidth]); });
    unroll<kVectors + kTaps - 1>([&](auto v) TOEPLAB_UNROLLED {
        const Vec<T> value = loadOnce<T>(s + v * kWidth);
        unroll<kTaps>([&](auto a) TOEPLAB_UNROLLED {
            constexpr int kSum = decltype(v)::value - decltype(a)::value;
            if constexpr (kSum >= 0 && kSum < kVectors)
                sums[kSum] += tap[a] * value;
        });
    });
}

template <int kVectors, typename T>
inline void tile(const T* s, const T* taps, std::int64_t tap_count, const T* base, T* out)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> sums[kVectors];
    if (base != nullptr)
        unroll<kVectors>([&](auto u) TOEPLAB_UNROLLED { sums[u] = load<T>(base + u * kWidth); });
    else
        unroll<kVectors>([&](auto u) TOEPLAB_UNROLLED { sums[u] = Vec<T>{}; });
    for (std::int64_t residue = 0; residue < kWidth && residue < tap_count; ++residue) {
        std::int64_t m = residue;
        for (; m + 3 * kWidth < tap_count; m += 4 * kWidth)
            addTaps<kVectors, 4>(s + m, taps + m, sums);
        if (m + 2 * kWidth < tap_count)
            addTaps<kVectors, 3>(s + m, taps + m, sums);
        else if (m + kWidth < tap_count)
            addTaps<kVectors, 2>(s + m, taps + m, sums);
        else if (m < tap_count)
            addTaps<kVectors, 1>(s + m, taps + m, sums);
    }
    unroll<kVectors>([&](auto u) TOEPLAB_UNROLLED { store<T>(sums[u], out + u * kWidth); });
}

/// Outputs i, i + 1, .. of a row that has at most kTapBlock taps, as many as the tile holds and the row wants.
template <int kVectors, typename T>
inline void tileAt(const Correlation<T>& row, std::int64_t i)
{
    constexpr std::int64_t kWidth = kVectors * Lanes<T>::kCount;
    const std::int64_t first = i + row.shift; // the value that meets tap 0 at output i
    const std::int64_t wanted = row.count - i < kWidth ? row.count - i : kWidth;
    for (const T* ahead : row.ahead) {
        if (ahead != nullptr) {
            for (std::int64_t j = 0; j < wanted; j += 64 / static_cast<std::int64_t>(sizeof(T)))
                __builtin_prefetch(ahead + i + j, 0, 2);
        }
    }
    // Taps begin .. end - 1 meet the signal.
    std::int64_t begin = first + kWidth <= 0 ? 1 - first - kWidth : 0;
    const std::int64_t end = row.tap_count < row.length - first ? row.tap_count : row.length - first;
    if (begin > end)
        begin = end < 0 ? 0 : end;
    const std::int64_t reach = end > begin ? end - begin : 0;
    const bool inside = reach > 0 && first + begin >= 0 && first + kWidth + end - 1 <= row.length;
    if (inside && wanted == kWidth) {
        tile<kVectors>(row.signal + first + begin, row.taps + begin, reach,
                       row.base != nullptr ? row.base + i : nullptr, row.out + i);
        return;
    }
    T window[kWidth + kTapBlock];
    T result[kWidth];
    if (reach > 0)
        copyWindow(row.signal, row.length, first + begin, kWidth + reach - 1, window);
    tile<kVectors, T>(window, row.taps + begin, reach, nullptr, result);
    if (row.base != nullptr) {
        for (std::int64_t j = 0; j < wanted; ++j)
            row.out[i + j] = row.base[i + j] + result[j];
    } else {
        for (std::int64_t j = 0; j < wanted; ++j)
            row.out[i + j] = result[j];
    }
}

template <typename T>
void correlate(const Correlation<T>& whole)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Correlation<T> row = whole;
    for (std::int64_t block = 0; block == 0 || block < whole.tap_count; block += kTapBlock) {
        row.shift = whole.shift + block;
        row.taps = whole.taps + block;
        row.tap_count = whole.tap_count - block < kTapBlock ? whole.tap_count - block : kTapBlock;
        for (std::int64_t i = 0; i < row.count;) {
            const auto at = [&](auto vectors) {
                tileAt<decltype(vectors)::value>(row, i);
                i += decltype(vectors)::value * kWidth;
            };
            // The rest is one tile that may reach too far: with few sums at once each would wait for itself.
            const std::int64_t rest = row.count - i;
            if (rest >= kTile * kWidth)
                at(std::integral_constant<int, kTile>{});
            else if (rest > 4 * kWidth)
                at(std::integral_constant<int, 8>{});
            else if (rest > kWidth)
                at(std::integral_constant<int, 4>{});
            else
                at(std::integral_constant<int, 1>{});
        }
        row.base = whole.out;
        row.ahead[0] = row.ahead[1] = nullptr;
    }
}

/// Vector v of s meets vector v - a of g in tap a, here for kFrom <= a < kTo.
template <int kShifts, int kTaps, int kFrom, int kTo, typename T>
TOEPLAB_UNROLLED inline void meet(const T* s, const T* g, std::int64_t v, Vec<T>* sum)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> with[kTo - kFrom];
    unroll<kTo - kFrom>([&](auto a) TOEPLAB_UNROLLED { with[a] = loadOnce<T>(g + (v - kFrom - a) * kWidth); });
    unroll<kShifts>([&](auto rho) TOEPLAB_UNROLLED {
        const Vec<T> value = loadOnce<T>(s + rho + v * kWidth);
        unroll<kTo - kFrom>([&](auto a) TOEPLAB_UNROLLED { sum[rho * kTaps + kFrom + a] += with[a] * value; });
    });
}

/// Sums of kShifts x kTaps taps (rho + a W) over `vectors` vectors of g; s(0) meets tap 0 at g[0]. vectors >= kTaps
/// - 1.
template <int kShifts, int kTaps, typename T>
inline void sumTaps(const T* s, const T* g, std::int64_t vectors, T* sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> sum[kShifts * kTaps];
    unroll<kShifts * kTaps>(
        [&](auto j) TOEPLAB_UNROLLED { sum[j] = load<T>(sums + (j / kTaps + j % kTaps * kWidth) * kWidth); });
    unroll<kTaps - 1>([&](auto v) TOEPLAB_UNROLLED {
        constexpr int kFirst = decltype(v)::value;
        meet<kShifts, kTaps, 0, kFirst + 1>(s, g, kFirst, sum);
    });
    for (std::int64_t v = kTaps - 1; v < vectors; ++v)
        meet<kShifts, kTaps, 0, kTaps>(s, g, v, sum);
    unroll<kTaps - 1>(
        [&](auto t) TOEPLAB_UNROLLED { meet<kShifts, kTaps, decltype(t)::value + 1, kTaps>(s, g, vectors + t, sum); });
    unroll<kShifts * kTaps>(
        [&](auto j) TOEPLAB_UNROLLED { store<T>(sum[j], sums + (j / kTaps + j % kTaps * kWidth) * kWidth); });
}

/// The sum of a single tap, in four parts that need not wait for each other.
template <typename T>
inline void sumTap(const T* s, const T* g, std::int64_t vectors, T* sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> sum[4] = {load<T>(sums), Vec<T>{}, Vec<T>{}, Vec<T>{}};
    std::int64_t v = 0;
    for (; v + 4 <= vectors; v += 4) {
        unroll<4>([&](auto j)
                      TOEPLAB_UNROLLED { sum[j] += load<T>(s + (v + j) * kWidth) * load<T>(g + (v + j) * kWidth); });
    }
    for (; v < vectors; ++v)
        sum[0] += load<T>(s + v * kWidth) * load<T>(g + v * kWidth);
    store<T>((sum[0] + sum[1]) + (sum[2] + sum[3]), sums);
}

/// All taps over `vectors` vectors of g; s(0) meets tap 0 at g[0], and everything read is there.
template <typename T>
inline void sumAll(const T* s, const T* g, std::int64_t vectors, std::int64_t tap_count, T* sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    std::int64_t m = 0;
    const auto group = [&](auto taps) {
        constexpr int kTaps = decltype(taps)::value;
        constexpr int kShifts = kSums / kTaps < kWidth ? kSums / kTaps : static_cast<int>(kWidth);
        for (std::int64_t rho = 0; rho < kWidth; rho += kShifts)
            sumTaps<kShifts, kTaps>(s + m + rho, g, vectors, sums + (m + rho) * kWidth);
        m += kTaps * kWidth;
    };
    if (vectors >= 3) {
        while (m + 4 * kWidth <= tap_count)
            group(std::integral_constant<int, 4>{});
        if (m + 2 * kWidth <= tap_count)
            group(std::integral_constant<int, 2>{});
    }
    while (m + kWidth <= tap_count)
        group(std::integral_constant<int, 1>{});
    for (; m + 2 <= tap_count; m += 2)
        sumTaps<2, 1>(s + m, g, vectors, sums + m * kWidth);
    if (m < tap_count)
        sumTap(s + m, g, vectors, sums + m * kWidth);
}

template <typename T>
void tapSums(const T* signal, const T* g, std::int64_t length, std::int64_t tap_count, T* sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    const std::int64_t half = tap_count / 2;
    const auto padded = [&](std::int64_t from, std::int64_t to) {
        T window[kEdge + kMaxTaps];
        T with[kEdge];
        for (std::int64_t i = from; i < to; i += kEdge) {
            const std::int64_t vectors = ((to - i < kEdge ? to - i : kEdge) + kWidth - 1) / kWidth;
            copyWindow(signal, length, i - half, vectors * kWidth + tap_count - 1, window);
            copyWindow(g, to, i, vectors * kWidth, with);
            sumAll(window, with, vectors, tap_count, sums);
        }
    };
    const std::int64_t begin = (half + kWidth - 1) / kWidth * kWidth;
    const std::int64_t vectors = length - half > begin ? (length - half - begin) / kWidth : 0;
    if (vectors == 0) {
        padded(0, length);
        return;
    }
    padded(0, begin);
    sumAll(signal + begin - half, g + begin, vectors, tap_count, sums);
    padded(begin + vectors * kWidth, length);
}

template <typename T>
void addUp(const T* sums, std::int64_t tap_count, T* out)
{
    for (std::int64_t m = 0; m < tap_count; ++m)
        out[m] = laneSum<T>(load<T>(sums + m * Lanes<T>::kCount));
}

template <typename T>
constexpr BandRows<T> kRows{&correlate<T>, &tapSums<T>, &addUp<T>, Lanes<T>::kCount};

} // namespace
} // namespace toeplab::kernels
