// SPDX-License-Identifier: Apache-2.0
#pragma once

/// transformRows for the vectors of the including unit. A spectrum or a row under way is a sequence of vectors of
/// `lanes` complex numbers, real parts and then imaginary parts, so that one butterfly of radix 8 touches eight cache
/// lines.

#include "kernels/fftconv/leaf_inl.h"
#include "kernels/fftconv/rows.h"

#include <type_traits>

namespace toeplab::kernels
{
namespace
{

/// One pass over a block of kRadix * part values, in place.
template <int kRadix, Direction kDirection, typename T>
void pass(T* data, std::int64_t part, const T* twiddles)
{
    for (std::int64_t j = 0; j < part; j += kLanes<T>, twiddles += 2 * (kRadix - 1) * kLanes<T>) {
        C<T> a[kRadix];
        unroll<kRadix>([&](auto s) TOEPLAB_UNROLLED { a[s] = loadComplex(data + 2 * (s * part + j)); });
        if constexpr (kDirection == Inverse)
            twiddle<kRadix, Inverse>(a, twiddles);
        butterfly<kRadix, kDirection>(a);
        if constexpr (kDirection == Forward)
            twiddle<kRadix, Forward>(a, twiddles);
        unroll<kRadix>([&](auto s) TOEPLAB_UNROLLED { storeComplex(a[s], data + 2 * (s * part + j)); });
    }
}

/// The first pass, from one row or two of kSegments * part values; what lies behind them is zero.
template <int kRadix, int kSegments, bool kTwo, typename T>
void firstPass(const T* first, const T* second, T* data, std::int64_t part, const T* twiddles)
{
    for (std::int64_t j = 0; j < part; j += kLanes<T>, twiddles += 2 * (kRadix - 1) * kLanes<T>) {
        C<T> a[kRadix];
        unroll<kRadix>([&](auto s) TOEPLAB_UNROLLED {
            a[s] = C<T>{};
            if constexpr (decltype(s)::value < kSegments) {
                a[s].re = load<T>(first + s * part + j);
                if constexpr (kTwo)
                    a[s].im = load<T>(second + s * part + j);
            }
        });
        butterfly<kRadix, Forward>(a);
        twiddle<kRadix, Forward>(a, twiddles);
        unroll<kRadix>([&](auto s) TOEPLAB_UNROLLED { storeComplex(a[s], data + 2 * (s * part + j)); });
    }
}

/// The last pass, to the first kSegments * part values of one row or two.
template <int kRadix, int kSegments, bool kTwo, typename T>
void lastPass(const T* data, T* first, T* second, std::int64_t part, const T* twiddles)
{
    for (std::int64_t j = 0; j < part; j += kLanes<T>, twiddles += 2 * (kRadix - 1) * kLanes<T>) {
        C<T> a[kRadix];
        unroll<kRadix>([&](auto s) TOEPLAB_UNROLLED { a[s] = loadComplex(data + 2 * (s * part + j)); });
        twiddle<kRadix, Inverse>(a, twiddles);
        butterfly<kRadix, Inverse>(a);
        unroll<kSegments>([&](auto s) TOEPLAB_UNROLLED {
            store<T>(a[s].re, first + s * part + j);
            if constexpr (kTwo)
                store<T>(a[s].im, second + s * part + j);
        });
    }
}

/// body(integral_constant radix)
template <typename Body>
TOEPLAB_UNROLLED inline void withRadix(int radix, Body&& body)
{
    switch (radix) {
    case 2:
        return body(std::integral_constant<int, 2>{});
    case 3:
        return body(std::integral_constant<int, 3>{});
    case 4:
        return body(std::integral_constant<int, 4>{});
    case 5:
        return body(std::integral_constant<int, 5>{});
    case 6:
        return body(std::integral_constant<int, 6>{});
    default:
        return body(std::integral_constant<int, 8>{});
    }
}

/// Passes down, leaves, passes up, each part of a block in full before the next, so that it stays in the nearest cache.
template <typename T, typename OnLeaf>
void descend(const TransformPlan<T>& plan, int level, T* data, const OnLeaf& on_leaf)
{
    if (level == plan.level_count) {
        on_leaf(data);
        return;
    }
    const auto& here = plan.levels[level];
    const std::int64_t part = here.block / here.radix;
    if constexpr (OnLeaf::kDown)
        withRadix(here.radix,
                  [&](auto r) TOEPLAB_UNROLLED { pass<decltype(r)::value, Forward, T>(data, part, here.twiddles); });
    for (int k = 0; k < here.radix; ++k)
        descend(plan, level + 1, data + 2 * k * part, on_leaf);
    if constexpr (OnLeaf::kUp)
        withRadix(here.radix,
                  [&](auto r) TOEPLAB_UNROLLED { pass<decltype(r)::value, Inverse, T>(data, part, here.twiddles); });
}

/// Rows that are needed soon, fetched into the cache while there is work enough to hide it: a row is too short for the
/// hardware to see it coming.
template <typename T>
struct Soon {
    typename TransformRows<T>::Pair read;
    typename TransformRows<T>::Output written;
    std::int64_t n = 0;

    TOEPLAB_UNROLLED void fetch(int part, int parts) const
    {
        constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
        const std::int64_t begin = n * part / parts / kLine * kLine;
        const std::int64_t end = n * (part + 1) / parts;
        for (const T* row : {read.first, read.second}) {
            if (row != nullptr)
                for (std::int64_t i = begin; i < end; i += kLine)
                    __builtin_prefetch(row + i, 0, 2);
        }
        for (T* row : {written.first, written.second}) {
            if (row != nullptr)
                for (std::int64_t i = begin; i < end; i += kLine)
                    __builtin_prefetch(row + i, 1, 2);
        }
    }
};

template <typename T, typename OnLeaf>
void descendParts(const TransformPlan<T>& plan, T* data, const OnLeaf& on_leaf, const Soon<T>& soon = {})
{
    const int parts = plan.levels[0].radix;
    for (int k = 0; k < parts; ++k) {
        soon.fetch(k, parts);
        descend(plan, 1, data + 2 * k * (plan.length / parts), on_leaf);
    }
}

/// Values of a row that the first pass reads and the last one writes: half of the parts where they suffice, else all.
template <typename T>
std::int64_t paddedLength(const TransformPlan<T>& plan, std::int64_t n)
{
    const std::int64_t part = plan.length / plan.levels[0].radix;
    const std::int64_t half = (plan.levels[0].radix + 1) / 2 * part;
    return n <= half ? half : plan.length;
}

template <typename T>
const T* padRow(const T* row, std::int64_t n, std::int64_t wanted, T* padding)
{
    if (n == wanted || row == nullptr)
        return row;
    __builtin_memcpy(padding, row, static_cast<std::size_t>(n) * sizeof(T));
    for (std::int64_t i = n; i < wanted; ++i)
        padding[i] = T(0);
    return padding;
}

/// From rows to the start of `data`, through `padding` (2 plan.length) where they are shorter than the first pass
/// reads.
template <typename T>
void down(const TransformPlan<T>& plan, const typename TransformRows<T>::Pair& x, std::int64_t n, T* padding, T* data)
{
    const std::int64_t wanted = paddedLength(plan, n);
    const T* first = padRow(x.first, n, wanted, padding);
    const T* second = padRow(x.second, n, wanted, padding + wanted);
    withRadix(plan.levels[0].radix, [&](auto r) TOEPLAB_UNROLLED {
        constexpr int kRadix = decltype(r)::value;
        constexpr int kHalf = (kRadix + 1) / 2;
        const std::int64_t part = plan.length / kRadix;
        const T* twiddles = plan.levels[0].twiddles;
        if (wanted == plan.length && second != nullptr)
            firstPass<kRadix, kRadix, true>(first, second, data, part, twiddles);
        else if (wanted == plan.length)
            firstPass<kRadix, kRadix, false>(first, second, data, part, twiddles);
        else if (second != nullptr)
            firstPass<kRadix, kHalf, true>(first, second, data, part, twiddles);
        else
            firstPass<kRadix, kHalf, false>(first, second, data, part, twiddles);
    });
}

template <typename T>
void up(const TransformPlan<T>& plan, const T* data, std::int64_t n, T* padding,
        const typename TransformRows<T>::Output& out)
{
    const std::int64_t written = paddedLength(plan, n);
    const bool two = out.second != nullptr;
    T* first = n == written ? out.first : padding;
    T* second = n == written ? out.second : padding + written;
    withRadix(plan.levels[0].radix, [&](auto r) TOEPLAB_UNROLLED {
        constexpr int kRadix = decltype(r)::value;
        constexpr int kHalf = (kRadix + 1) / 2;
        const std::int64_t part = plan.length / kRadix;
        const T* twiddles = plan.levels[0].twiddles;
        if (written == plan.length && two)
            lastPass<kRadix, kRadix, true>(data, first, second, part, twiddles);
        else if (written == plan.length)
            lastPass<kRadix, kRadix, false>(data, first, second, part, twiddles);
        else if (two)
            lastPass<kRadix, kHalf, true>(data, first, second, part, twiddles);
        else
            lastPass<kRadix, kHalf, false>(data, first, second, part, twiddles);
    });
    if (n == written)
        return;
    __builtin_memcpy(out.first, first, static_cast<std::size_t>(n) * sizeof(T));
    if (two)
        __builtin_memcpy(out.second, second, static_cast<std::size_t>(n) * sizeof(T));
}

template <typename T>
void spectrum(const TransformPlan<T>& plan, const T* row, std::int64_t n, T scale, T* padding, T* out)
{
    down<T>(plan, {row, nullptr}, n, padding, out);
    descendParts(plan, out, ToSpectrum<T>{plan.leaf_twiddles, scale});
}

template <typename T>
void convolve(const TransformPlan<T>& plan, typename TransformRows<T>::Pair x, std::int64_t n, const T* kernel, T* work,
              T* padding, typename TransformRows<T>::Output out, typename TransformRows<T>::Pair next)
{
    down<T>(plan, x, n, padding, work);
    descendParts(plan, work, TimesKernel<T>{plan.leaf_twiddles, work, kernel}, {next, out, n});
    up<T>(plan, work, n, padding, out);
}

template <typename T>
void correlate(const TransformPlan<T>& plan, typename TransformRows<T>::Pair x, typename TransformRows<T>::Pair g,
               std::int64_t n, const T* kernel, T* sum, T* work, T* other, T* padding,
               typename TransformRows<T>::Output dx, typename TransformRows<T>::Pair next)
{
    down<T>(plan, x, n, padding, other);
    descendParts(plan, other, ToSpectrum<T>{plan.leaf_twiddles, T(1)}, {g, {}, n});
    down<T>(plan, g, n, padding, work);
    const Soon<T> soon{next, dx, n};
    if (dx.first == nullptr) {
        descendParts(plan, work, Correlated<T, false>{plan.leaf_twiddles, work, other, kernel, sum}, soon);
        return;
    }
    descendParts(plan, work, Correlated<T, true>{plan.leaf_twiddles, work, other, kernel, sum}, soon);
    up<T>(plan, work, n, padding, dx);
}

template <typename T>
void inverse(const TransformPlan<T>& plan, T* spectrum, T* row)
{
    descendParts(plan, spectrum, FromSpectrum<T>{plan.leaf_twiddles});
    up<T>(plan, spectrum, plan.length, nullptr, {row, nullptr});
}

template <typename T>
constexpr TransformRows<T> kRows{&spectrum<T>, &convolve<T>, &correlate<T>, &inverse<T>, kLanes<T>};

} // namespace
} // namespace toeplab::kernels
