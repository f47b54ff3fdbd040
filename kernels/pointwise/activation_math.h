// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/clones.h"
#include "kernels/pointwise/activation.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace toeplab::kernels::math
{

/// exp for a loop that the compiler turns into vector code. float: |relative error| < 2e-7 over the whole range
/// (Cody-Waite reduction by ln 2, degree-6 polynomial on [-ln2/2, ln2/2]); results below the normal range become 0,
/// above it inf.
TOEPLAB_INLINE float exponential(float x)
{
#if defined(__CUDACC__)
    return expf(x); // a device has one instruction for the greater part of it
#else
    const float clamped = x < -87.3F ? -87.3F : (x > 88.7F ? 88.7F : x);
    const float shifted = clamped * 1.44269504F + 12582912.0F; // rounds to an integer in the low mantissa bits
    const float k = shifted - 12582912.0F;
    const float r = (clamped - k * 0.693359375F) + k * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    const auto bits = static_cast<std::uint32_t>(std::bit_cast<std::int32_t>(shifted) - 0x4B400000) << 23U;
    const float y = std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + bits);
    const float low = x < -87.3F ? 0.0F : y;
    const float high = x > 88.7F ? HUGE_VALF : low;
    return x == x ? high : x; // NaN stays NaN
#endif
}
TOEPLAB_INLINE double exponential(double x)
{
    return std::exp(x);
}

template <typename T>
TOEPLAB_INLINE T sigmoid(T x)
{
    return T(1) / (T(1) + exponential(-x));
}

template <Activation A, typename T>
TOEPLAB_INLINE T value(T x)
{
    if constexpr (A == Activation::Silu)
        return x * sigmoid(x);
    else if constexpr (A == Activation::Relu)
        return x > T(0) ? x : (x == x ? T(0) : x);
    else if constexpr (A == Activation::Gelu)
        return T(0.5) * x * (T(1) + std::erf(x * T(0.70710678118654752440)));
    else if constexpr (A == Activation::Elu)
        return x > T(0) ? x : std::expm1(x);
    else if constexpr (A == Activation::Sigmoid)
        return sigmoid(x);
    else if constexpr (A == Activation::LeakyRelu)
        return x > T(0) ? x : T(0.01) * x;
    else if constexpr (A == Activation::OnePlusElu)
        return T(1) + value<Activation::Elu>(x);
    else if constexpr (A == Activation::TwoPlusElu)
        return T(2) + value<Activation::Elu>(x);
    else if constexpr (A == Activation::Sine)
        return std::sin(x);
    else if constexpr (A == Activation::Exp)
        return exponential(x);
    else
        return x;
}

template <Activation A, typename T>
TOEPLAB_INLINE T derivative(T x)
{
    if constexpr (A == Activation::Silu) {
        const T s = sigmoid(x);
        return s * (T(1) + x * (T(1) - s));
    } else if constexpr (A == Activation::Relu) {
        return x > T(0) ? T(1) : T(0);
    } else if constexpr (A == Activation::Gelu) {
        const T density = T(0.39894228040143267794) * exponential(T(-0.5) * x * x);
        return T(0.5) * (T(1) + std::erf(x * T(0.70710678118654752440))) + x * density;
    } else if constexpr (A == Activation::Elu || A == Activation::OnePlusElu || A == Activation::TwoPlusElu) {
        return x > T(0) ? T(1) : exponential(x);
    } else if constexpr (A == Activation::Sigmoid) {
        const T s = sigmoid(x);
        return s * (T(1) - s);
    } else if constexpr (A == Activation::LeakyRelu) {
        return x > T(0) ? T(1) : T(0.01);
    } else if constexpr (A == Activation::Sine) {
        return std::cos(x);
    } else if constexpr (A == Activation::Exp) {
        return exponential(x);
    } else {
        return T(1);
    }
}

/// Both at once, for less than one of each where they share an exponential.
template <typename T>
struct Point {
    T value, derivative;
};
template <Activation A, typename T>
TOEPLAB_INLINE Point<T> point(T x)
{
    if constexpr (A == Activation::Silu) {
        const T s = sigmoid(x);
        const T v = x * s;
        return {v, s + v * (T(1) - s)};
    } else {
        return {value<A>(x), derivative<A>(x)};
    }
}

/// Calls body(std::integral_constant<Activation, A>) for the activation named at run time.
template <typename Body>
TOEPLAB_INLINE void dispatch(Activation activation, Body body)
{
    using enum Activation;
    switch (activation) {
    case Identity:
        return body(std::integral_constant<Activation, Identity>{});
    case Silu:
        return body(std::integral_constant<Activation, Silu>{});
    case Relu:
        return body(std::integral_constant<Activation, Relu>{});
    case Gelu:
        return body(std::integral_constant<Activation, Gelu>{});
    case Elu:
        return body(std::integral_constant<Activation, Elu>{});
    case Sigmoid:
        return body(std::integral_constant<Activation, Sigmoid>{});
    case LeakyRelu:
        return body(std::integral_constant<Activation, LeakyRelu>{});
    case OnePlusElu:
        return body(std::integral_constant<Activation, OnePlusElu>{});
    case TwoPlusElu:
        return body(std::integral_constant<Activation, TwoPlusElu>{});
    case Sine:
        return body(std::integral_constant<Activation, Sine>{});
    case Exp:
        return body(std::integral_constant<Activation, Exp>{});
    }
}

} // namespace toeplab::kernels::math
