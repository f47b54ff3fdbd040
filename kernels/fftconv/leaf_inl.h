// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The last lanes^2 values of a transform, in registers: there and back, and what happens to them in between. Internal
/// to the unit that includes it (see device/vec_inl.h).

#include "kernels/fftconv/butterflies_inl.h"

#include <cstddef>

namespace toeplab::kernels
{
namespace
{

using enum Direction;

template <typename T>
constexpr int kLanes = Lanes<T>::kCount;

template <typename T>
TOEPLAB_UNROLLED inline C<T> loadComplex(const T* at)
{
    return {load<T>(at), load<T>(at + kLanes<T>)};
}
template <typename T>
TOEPLAB_UNROLLED inline void storeComplex(const C<T>& value, T* at)
{
    store<T>(value.re, at);
    store<T>(value.im, at + kLanes<T>);
}

/// a[k] turned by twiddle k of a vector of positions.
template <int kRadix, Direction kDirection, typename T>
TOEPLAB_UNROLLED inline void twiddle(C<T> (&a)[kRadix], const T* twiddles)
{
    unroll<kRadix - 1>([&](auto k) TOEPLAB_UNROLLED {
        a[k + 1] = turned<kDirection>(a[k + 1], loadComplex(twiddles + 2 * k * kLanes<T>));
    });
}

/// The vectors of one leaf: lanes^2 values.
template <typename T>
using Leaf = C<T>[static_cast<std::size_t>(kLanes<T>)];

template <typename T>
TOEPLAB_UNROLLED inline void transposeLeaf(Leaf<T>& a)
{
    Vec<T> re[kLanes<T>];
    Vec<T> im[kLanes<T>];
    unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED {
        re[i] = a[i].re;
        im[i] = a[i].im;
    });
    transpose<T>(re);
    transpose<T>(im);
    unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED { a[i] = {re[i], im[i]}; });
}

template <typename T>
TOEPLAB_UNROLLED inline void loadLeaf(Leaf<T>& a, const T* from)
{
    unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED { a[i] = loadComplex(from + 2 * i * kLanes<T>); });
}
template <typename T>
TOEPLAB_UNROLLED inline void storeLeaf(const Leaf<T>& a, T* to)
{
    unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED { storeComplex(a[i], to + 2 * i * kLanes<T>); });
}

template <Direction kDirection, typename T>
TOEPLAB_UNROLLED inline void transformLeaf(Leaf<T>& a, const T* twiddles)
{
    butterfly<kLanes<T>, kDirection>(a);
    if constexpr (kDirection == Forward)
        twiddle<kLanes<T>, Forward>(a, twiddles);
    transposeLeaf<T>(a);
    if constexpr (kDirection == Inverse)
        twiddle<kLanes<T>, Inverse>(a, twiddles);
    butterfly<kLanes<T>, kDirection>(a);
}

/// What is done with each leaf between the passes down and the passes up.
template <typename T>
struct ToSpectrum {
    static constexpr bool kDown = true, kUp = false;
    const T* twiddles;
    T scale;
    TOEPLAB_UNROLLED void operator()(T* data) const
    {
        Leaf<T> a;
        loadLeaf<T>(a, data);
        transformLeaf<Forward, T>(a, twiddles);
        const Vec<T> factor = broadcast(scale);
        unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED { a[i] = {a[i].re * factor, a[i].im * factor}; });
        storeLeaf<T>(a, data);
    }
};

template <typename T>
struct FromSpectrum {
    static constexpr bool kDown = false, kUp = true;
    const T* twiddles;
    TOEPLAB_UNROLLED void operator()(T* data) const
    {
        Leaf<T> a;
        loadLeaf<T>(a, data);
        transformLeaf<Inverse, T>(a, twiddles);
        storeLeaf<T>(a, data);
    }
};

template <typename T>
struct TimesKernel {
    static constexpr bool kDown = true, kUp = true;
    const T* twiddles;
    const T* work;
    const T* kernel;
    TOEPLAB_UNROLLED void operator()(T* data) const
    {
        Leaf<T> a;
        loadLeaf<T>(a, data);
        transformLeaf<Forward, T>(a, twiddles);
        const T* with = kernel + (data - work);
        unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED { a[i] = a[i] * loadComplex(with + 2 * i * kLanes<T>); });
        transformLeaf<Inverse, T>(a, twiddles);
        storeLeaf<T>(a, data);
    }
};

/// sum += G conj(X); then, where the row is wanted, G conj(K) back.
template <typename T, bool kRow>
struct Correlated {
    static constexpr bool kDown = true, kUp = kRow;
    const T* twiddles;
    const T* work;
    const T* input;
    const T* kernel;
    T* sum;
    TOEPLAB_UNROLLED void operator()(T* data) const
    {
        Leaf<T> a;
        loadLeaf<T>(a, data);
        transformLeaf<Forward, T>(a, twiddles);
        const auto at = data - work;
        unroll<kLanes<T>>([&](auto i) TOEPLAB_UNROLLED {
            const auto here = at + 2 * i * kLanes<T>;
            const C<T> term = timesConjugate(a[i], loadComplex(input + here));
            storeComplex(loadComplex(sum + here) + term, sum + here);
            if constexpr (kRow)
                a[i] = timesConjugate(a[i], loadComplex(kernel + here));
        });
        if constexpr (kRow) {
            transformLeaf<Inverse, T>(a, twiddles);
            storeLeaf<T>(a, data);
        }
    }
};

} // namespace
} // namespace toeplab::kernels
