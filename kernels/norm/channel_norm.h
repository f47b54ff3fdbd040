// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Per-position statistics go to mean and inverse (batch, length), which the backward pass needs; mean may be null
/// except for Layer.
template <typename T>
void channelNormForward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                        T* y, T* mean, T* inverse);

/// dx, and the gradients of the parameters that are given (summed over batch and length in a fixed order).
template <typename T>
void channelNormBackward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                         const T* mean, const T* inverse, const T* g, T* dx, const ChannelNormParameters<T>& gradients);

} // namespace toeplab::kernels
