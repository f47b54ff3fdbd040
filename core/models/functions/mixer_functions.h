// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/functions/products.h"
#include "core/operators/functions/functions.h"
#include "core/operators/functions/layers.h"
#include "core/operators/operator.h"
#include "kernels/pointwise/dropout.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace toeplab::core
{

/// The gated Toeplitz unit in one differentiable call: with u = act(W_u x + b_u) and v = act(W_v x + b_v),
///     o = u * drop(T v),    y = residual + W_o o + b_o,
/// or y = o where there is no output projection. W_u x and W_v x are one product. Kept for the backward pass: x, the
/// two projections and T v; u, v and o are computed again. With a norm, o = norm(u * drop(T v)) over the channels.
struct GatedToeplitz {
    at::Tensor u_weight, u_bias, v_weight, v_bias; ///< (channels, width), (channels); biases may be undefined
    at::Tensor o_weight, o_bias;                   ///< (width, channels), (width); undefined: y = o
    const ChannelNormLayer* norm = nullptr;        ///< only where normsGates()
    std::vector<at::Tensor> operands;
    std::shared_ptr<const ToeplitzMap> map;
    NamedActivation activation;
    kernels::Dropout dropout;
    Products products = Products::Full;
};

/// Whether gatedToeplitz() takes a norm for such an x: a graphics card has a kernel for both, on the CPU the norm
/// stands by itself.
[[nodiscard]] bool normsGates(const at::Tensor& x);

/// x (batch, width, n), or what products round it to, and its gradient is then of that type; residual like y or
/// undefined.
[[nodiscard]] at::Tensor gatedToeplitz(const GatedToeplitz& unit, const at::Tensor& x, const at::Tensor& residual);

/// The gated linear unit: y = residual + W_3 (drop(act(W_1 x + b_1)) * (W_2 x + b_2)) + b_3. W_1 x and W_2 x are one
/// product. Kept: x and the two projections.
struct GatedLinear {
    at::Tensor weight1, bias1, weight2, bias2; ///< (inner, width), (inner)
    at::Tensor weight3, bias3;                 ///< (width, inner), (width)
    NamedActivation activation;
    kernels::Dropout dropout;
    Products products = Products::Full;
};

[[nodiscard]] at::Tensor gatedLinear(const GatedLinear& unit, const at::Tensor& x, const at::Tensor& residual);

} // namespace toeplab::core
