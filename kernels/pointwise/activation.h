// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// Elementwise activations. LeakyRelu has slope 0.01; Gelu is the exact one (erf); Exp is plain exp(x), its shift by a
/// maximum is the caller's.
enum class Activation : std::uint8_t {
    Identity,
    Silu,
    Relu,
    Gelu,
    Elu,
    Sigmoid,
    LeakyRelu,
    OnePlusElu,
    TwoPlusElu,
    Sine,
    Exp
};

/// y = act(x) over `count` values, spread over the threads. x and y may be the same.
template <typename T>
void activate(Activation activation, std::int64_t count, const T* x, T* y);

/// dx = g act'(x). dx may be g.
template <typename T>
void activateBackward(Activation activation, std::int64_t count, const T* x, const T* g, T* dx);

} // namespace toeplab::kernels
