// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace toeplab::core
{

/// Products of one matrix with every sample of a batch, without a graph, in (batch, channels, n) layout: MKL's on the
/// CPU, float or double; cuBLAS's on a graphics card. Both factors may be of bfloat16, rounded by the caller: sums are
/// fp32 and rounded once. Factors are contiguous; biases and residuals may be undefined.

/// y[b] = residual[b] + W x[b] + bias: W (out, in), x (batch, in, n), bias (out), residual and y (batch, out, n); fp32
/// for bfloat16.
[[nodiscard]] at::Tensor projectForward(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& residual,
                                        const at::Tensor& x);
/// dx[b] = W^T g[b], of the factors' type
[[nodiscard]] at::Tensor projectBackwardInput(const at::Tensor& weight, const at::Tensor& g);
/// dW = sum_b g[b] x[b]^T; fp32 for bfloat16
[[nodiscard]] at::Tensor projectBackwardWeight(const at::Tensor& g, const at::Tensor& x);
/// sum of g over batch and positions, (channels)
[[nodiscard]] at::Tensor sumRows(const at::Tensor& g);

/// y = residual + bias + product, fp32, from a product of bfloat16 or, on a graphics card, of any type.
[[nodiscard]] at::Tensor addProduct(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual);

/// W for each sample of a batch, without a copy.
[[nodiscard]] at::Tensor forEachSample(const at::Tensor& weight, std::int64_t batch);

} // namespace toeplab::core
