// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/norm/channel_norm.h"
#include "kernels/pointwise/activation.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace toeplab::core
{

/// Differentiable functions over kernels/, all in (batch, channels, length) layout, contiguous, float or double.

/// y[b] = W x[b] + bias: weight (out, in), bias (out) or undefined. An output projection starts from a residual
/// (batch, out, length) where one is defined: y[b] = residual[b] + W x[b] + bias. For x of bfloat16 the weight is
/// rounded, and so is the gradient of y where it is multiplied; y is fp32.
[[nodiscard]] at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 const at::Tensor& residual = {});

/// An activation by the published code's name ("none" and unknown names are the identity). `stabilised` is set for
/// "exp", which there is exp(x - m) with m the largest channel of a position, no gradient flowing through m.
struct NamedActivation {
    kernels::Activation function = kernels::Activation::Identity;
    bool stabilised = false;
};
[[nodiscard]] NamedActivation activationFromName(const std::string& name);

/// Elementwise; a stabilised one takes its maximum over `heads` groups of channels (dimension 1) apart.
[[nodiscard]] at::Tensor activate(const at::Tensor& x, const NamedActivation& activation, std::int64_t heads = 1);

/// What a norm gives a residual block: its values, rounded once where the block multiplies a narrower type, and x
/// itself for the path past the block. The backward pass gets the gradients of both and adds them while it writes.
struct Normed {
    at::Tensor value, residual;
};

/// Norm over the channels; what the kind does not have is undefined. type: that of the values, x's own or, for float,
/// bfloat16.
[[nodiscard]] Normed normChannels(kernels::ChannelNorm kind, const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias, const at::Tensor& gate, at::ScalarType type);
/// Its values in x's type.
[[nodiscard]] at::Tensor channelNorm(kernels::ChannelNorm kind, const at::Tensor& x, const at::Tensor& weight,
                                     const at::Tensor& bias, const at::Tensor& gate);

/// "simplermsnorm", "rmsnorm", "gatedrmsnorm", "scalenorm"; every other name is LayerNorm, as in the published code.
[[nodiscard]] kernels::ChannelNorm channelNormFromName(const std::string& name);

} // namespace toeplab::core
