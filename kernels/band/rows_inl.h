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
constexpr int kTile = 16;    // vectors of outputs in registers, of 32
constexpr int kResidues = 4; // shifts whose tap sums are in registers at once
#else
constexpr int kTile = 8;
constexpr int kResidues = 2;
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
        const Vec<T> value = load<T>(s + v * kWidth);
        unroll<kTaps>([&](auto a) TOEPLAB_UNROLLED {
            constexpr int kSum = decltype(v)::value - decltype(a)::value;
            if constexpr (kSum >= 0 && kSum < kVectors)
                sums[kSum] += tap[a] * value;
        });
    });
}

template <int kVectors, typename T>
inline void tile(const T* s, const T* taps, std::int64_t tap_count, T* out, bool accumulate)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> sums[kVectors];
    if (accumulate)
        unroll<kVectors>([&](auto u) TOEPLAB_UNROLLED { sums[u] = load<T>(out + u * kWidth); });
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

/// Outputs out[0 .. width) of which `count` are wanted; s(first ..) meets tap 0 at the first of them.
template <int kVectors, typename T>
inline void tileAt(const T* signal, std::int64_t length, std::int64_t first, const T* taps, std::int64_t tap_count,
                   T* out, std::int64_t count, bool accumulate)
{
    constexpr std::int64_t kWidth = kVectors * Lanes<T>::kCount;
    const std::int64_t begin = first + kWidth <= 0 ? 1 - first - kWidth : 0;
    const std::int64_t end = tap_count < length - first ? tap_count : length - first;
    const bool inside = first + begin >= 0 && first + kWidth + end - 1 <= length;
    if (inside && begin < end && count >= kWidth) {
        tile<kVectors>(signal + first + begin, taps + begin, end - begin, out, accumulate);
        return;
    }
    T window[kWidth + kTapBlock];
    T result[kWidth];
    const std::int64_t reach = begin < end ? end - begin : 0;
    if (reach > 0)
        copyWindow(signal, length, first + begin, kWidth + reach - 1, window);
    tile<kVectors>(window, taps + begin, reach, result, false);
    const std::int64_t wanted = count < kWidth ? count : kWidth;
    for (std::int64_t i = 0; i < wanted; ++i)
        out[i] = accumulate ? out[i] + result[i] : result[i];
}

template <typename T>
void correlate(const T* signal, std::int64_t length, std::int64_t shift, const T* taps, std::int64_t tap_count, T* out,
               std::int64_t count, bool accumulate)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    std::int64_t block = 0;
    do {
        const std::int64_t left = tap_count - block < kTapBlock ? tap_count - block : kTapBlock;
        for (std::int64_t i = 0; i < count;) {
            const auto at = [&](auto vectors) {
                tileAt<decltype(vectors)::value>(signal, length, i + shift + block, taps + block, left, out + i,
                                                 count - i, accumulate);
                i += decltype(vectors)::value * kWidth;
            };
            if (count - i >= kTile * kWidth)
                at(std::integral_constant<int, kTile>{});
            else if (count - i >= 4 * kWidth)
                at(std::integral_constant<int, 4>{});
            else
                at(std::integral_constant<int, 1>{});
        }
        accumulate = true;
        block += kTapBlock;
    } while (block < tap_count);
}

/// Vector v of s meets vector v - a of g in tap a, here for kFrom <= a < kTo.
template <int kShifts, int kTaps, int kFrom, int kTo, typename T>
TOEPLAB_UNROLLED inline void meet(const T* s, const T* g, std::int64_t v, Vec<T>* sum)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> with[kTo - kFrom];
    unroll<kTo - kFrom>([&](auto a) TOEPLAB_UNROLLED { with[a] = load<T>(g + (v - kFrom - a) * kWidth); });
    unroll<kShifts>([&](auto rho) TOEPLAB_UNROLLED {
        const Vec<T> value = load<T>(s + rho + v * kWidth);
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
    constexpr int kShifts = kResidues < kWidth ? kResidues : static_cast<int>(kWidth);
    std::int64_t m = 0;
    const auto group = [&](auto taps) {
        for (std::int64_t rho = 0; rho < kWidth; rho += kShifts)
            sumTaps<kShifts, decltype(taps)::value>(s + m + rho, g, vectors, sums + (m + rho) * kWidth);
        m += decltype(taps)::value * kWidth;
    };
    if (vectors >= 3) {
        while (m + 4 * kWidth <= tap_count)
            group(std::integral_constant<int, 4>{});
        if (m + 2 * kWidth <= tap_count)
            group(std::integral_constant<int, 2>{});
    }
    for (; m + kShifts <= tap_count; m += kShifts)
        sumTaps<kShifts, 1>(s + m, g, vectors, sums + m * kWidth);
    for (; m < tap_count; ++m)
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
