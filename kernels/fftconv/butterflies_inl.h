// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small Fourier transforms in registers: C is a vector of complex numbers, real and imaginary parts apart, so that a
/// butterfly is the same few additions in each lane and a multiplication by -i costs nothing. Internal to the unit that
/// includes it (see device/vec_inl.h).

#include "kernels/device/vec_inl.h"

namespace toeplab::kernels
{
namespace
{

template <typename T>
struct C {
    Vec<T> re, im;
};

template <typename T>
TOEPLAB_UNROLLED inline C<T> operator+(const C<T>& a, const C<T>& b)
{
    return {a.re + b.re, a.im + b.im};
}
template <typename T>
TOEPLAB_UNROLLED inline C<T> operator-(const C<T>& a, const C<T>& b)
{
    return {a.re - b.re, a.im - b.im};
}
template <typename T>
TOEPLAB_UNROLLED inline C<T> operator*(const C<T>& a, const C<T>& b)
{
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/// a conj(b)
template <typename T>
TOEPLAB_UNROLLED inline C<T> timesConjugate(const C<T>& a, const C<T>& b)
{
    return {a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

/// Forward transforms turn by exp(-i ...), inverse ones by exp(+i ...).
enum class Direction { Forward, Inverse };

/// a w for Forward, a conj(w) for Inverse.
template <Direction kDirection, typename T>
TOEPLAB_UNROLLED inline C<T> turned(const C<T>& a, const C<T>& w)
{
    if constexpr (kDirection == Direction::Forward)
        return a * w;
    else
        return timesConjugate(a, w);
}

/// -i a for Forward, i a for Inverse.
template <Direction kDirection, typename T>
TOEPLAB_UNROLLED inline C<T> quarterTurned(const C<T>& a)
{
    if constexpr (kDirection == Direction::Forward)
        return {a.im, -a.re};
    else
        return {-a.im, a.re};
}

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSin60 = 0.86602540378443864676;

/// a exp(-+2 pi i kTurn / (2 kRadix)), kTurn < kRadix = 1, 2, 3, 4.
template <Direction kDirection, int kRadix, int kTurn, typename T>
TOEPLAB_UNROLLED inline C<T> partTurned(const C<T>& a)
{
    if constexpr (kTurn == 0) {
        return a;
    } else if constexpr (2 * kTurn == kRadix) {
        return quarterTurned<kDirection>(a);
    } else if constexpr (kRadix == 4) {
        const Vec<T> half = broadcast(T(kSqrtHalf));
        const C<T> q = quarterTurned<kDirection>(a);
        if constexpr (kTurn == 1)
            return {(a.re + q.re) * half, (a.im + q.im) * half};
        else
            return {(q.re - a.re) * half, (q.im - a.im) * half};
    } else {
        const Vec<T> cosine = broadcast(T(kTurn == 1 ? 0.5 : -0.5));
        const Vec<T> sine = broadcast(T(kDirection == Direction::Forward ? kSin60 : -kSin60));
        return {a.re * cosine + a.im * sine, a.im * cosine - a.re * sine};
    }
}

/// In place: a[k] <- sum_s a[s] exp(-+2 pi i k s / R).
template <int kRadix, Direction kDirection, typename T>
TOEPLAB_UNROLLED inline void butterfly(C<T> (&a)[kRadix])
{
    static_assert(kRadix == 2 || kRadix == 3 || kRadix == 4 || kRadix == 5 || kRadix == 6 || kRadix == 8);
    if constexpr (kRadix == 2) {
        const C<T> difference = a[0] - a[1];
        a[0] = a[0] + a[1];
        a[1] = difference;
    } else if constexpr (kRadix == 3) {
        const C<T> sum = a[1] + a[2];
        const C<T> difference = a[1] - a[2];
        const Vec<T> half = broadcast(T(0.5));
        const Vec<T> sine = broadcast(T(kSin60));
        const C<T> middle{a[0].re - half * sum.re, a[0].im - half * sum.im};
        const C<T> side = quarterTurned<kDirection>(C<T>{sine * difference.re, sine * difference.im});
        a[0] = a[0] + sum;
        a[1] = middle + side;
        a[2] = middle - side;
    } else if constexpr (kRadix == 5) {
        const Vec<T> c1 = broadcast(T(0.30901699437494742410));
        const Vec<T> c2 = broadcast(T(-0.80901699437494742410));
        const Vec<T> s1 = broadcast(T(0.95105651629515357212));
        const Vec<T> s2 = broadcast(T(0.58778525229247312917));
        const C<T> p = a[1] + a[4];
        const C<T> q = a[2] + a[3];
        const C<T> u = a[1] - a[4];
        const C<T> v = a[2] - a[3];
        const C<T> m1{a[0].re + c1 * p.re + c2 * q.re, a[0].im + c1 * p.im + c2 * q.im};
        const C<T> m2{a[0].re + c2 * p.re + c1 * q.re, a[0].im + c2 * p.im + c1 * q.im};
        const C<T> t1 = quarterTurned<kDirection>(C<T>{s1 * u.re + s2 * v.re, s1 * u.im + s2 * v.im});
        const C<T> t2 = quarterTurned<kDirection>(C<T>{s2 * u.re - s1 * v.re, s2 * u.im - s1 * v.im});
        a[0] = a[0] + p + q;
        a[1] = m1 + t1;
        a[2] = m2 + t2;
        a[3] = m2 - t2;
        a[4] = m1 - t1;
    } else {
        // Even and odd terms apart: X[k] = E[k] + w^k O[k], X[k + R/2] = E[k] - w^k O[k].
        constexpr int kHalf = kRadix / 2;
        C<T> even[kHalf];
        C<T> odd[kHalf];
        unroll<kHalf>([&](auto i) TOEPLAB_UNROLLED {
            even[i] = a[2 * i];
            odd[i] = a[2 * i + 1];
        });
        butterfly<kHalf, kDirection>(even);
        butterfly<kHalf, kDirection>(odd);
        unroll<kHalf>([&](auto k) TOEPLAB_UNROLLED {
            const C<T> part = partTurned<kDirection, kHalf, decltype(k)::value>(odd[k]);
            a[k] = even[k] + part;
            a[k + kHalf] = even[k] - part;
        });
    }
}

/// Lanes without bit kStep from a and those with it from b, moved down by kStep (kUpper: a moved up, b as it is).
template <int kStep, bool kUpper, typename T, int... kLane>
TOEPLAB_UNROLLED inline Vec<T> exchanged(Vec<T> a, Vec<T> b, std::integer_sequence<int, kLane...>)
{
    constexpr int kLanes = static_cast<int>(sizeof...(kLane));
    return __builtin_shufflevector(
        a, b, ((kLane & kStep) != 0 ? kLanes + kLane - (kUpper ? 0 : kStep) : kLane + (kUpper ? kStep : 0))...);
}

/// Row i, lane j becomes row j, lane i: bit by bit.
template <typename T, int kStep = 1>
TOEPLAB_UNROLLED inline void transpose(Vec<T>* rows)
{
    constexpr int kLanes = Lanes<T>::kCount;
    if constexpr (kStep < kLanes) {
        unroll<kLanes>([&](auto i) TOEPLAB_UNROLLED {
            constexpr int kRow = decltype(i)::value;
            if constexpr ((kRow & kStep) == 0) {
                const Vec<T> a = rows[kRow];
                const Vec<T> b = rows[kRow + kStep];
                rows[kRow] = exchanged<kStep, false, T>(a, b, std::make_integer_sequence<int, kLanes>{});
                rows[kRow + kStep] = exchanged<kStep, true, T>(a, b, std::make_integer_sequence<int, kLanes>{});
            }
        });
        transpose<T, 2 * kStep>(rows);
    }
}

} // namespace
} // namespace toeplab::kernels
