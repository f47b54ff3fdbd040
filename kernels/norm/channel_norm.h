// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/number.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Norms over the channels of each position, x (batch, channels D, length):
///   SimpleRms   r(x) = x / (|x|/sqrt(D) + 1e-8)                 the root mean square; eps after the root
///   Rms         s * r(x)                                        weight s (D)
///   GatedRms    s * r(x) * sigmoid(q * x)                       weight s (D), gate q (D)
///   Scale       a x / sqrt(mean(x^2) + 1e-5)                    weight a (1)
///   Layer       w (x - mean) / sqrt(var + 1e-5) + b             weight w (D), bias b (D); biased variance
enum class ChannelNorm : std::uint8_t { SimpleRms, Rms, GatedRms, Scale, Layer };

struct ChannelNormShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    ChannelNorm kind = ChannelNorm::Layer;
};

/// Parameters or their gradients; what the kind does not have is null (Layer's weight and bias may be null too).
template <typename T>
struct ChannelNormParameters {
    T* weight = nullptr;
    T* bias = nullptr;
    T* gate = nullptr;
};

/// Computed in T. What goes into a product is stored as S, and so is the gradient that comes from it: T itself, or
/// BFloat16 for T = float. Per-position statistics go to mean and inverse (batch, length), which the backward pass
/// needs; mean may be null except for Layer.
template <typename S, typename T>
void channelNormForward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                        S* y, T* mean, T* inverse);

/// dx = add + (dy/dx)^T g, and the gradients of the parameters that are given (summed over batch and length in a fixed
/// order). add, the gradient of x that comes past the norm, may be null or dx.
template <typename S, typename T>
void channelNormBackward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                         const T* mean, const T* inverse, const S* g, const T* add, T* dx,
                         const ChannelNormParameters<T>& gradients);

} // namespace toeplab::kernels
