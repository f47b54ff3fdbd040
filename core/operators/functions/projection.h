// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace toeplab::core
{

/// Products of one matrix with every sample of a batch, without a graph, in (batch, channels, n) layout: MKL's on the
/// CPU, float or double; cuBLAS's on a graphics card. Factors are contiguous; biases and residuals may be undefined.

/// y[b] = residual[b] + W x[b] + bias: W (out, in), x (batch, in, n), bias (out), residual and y (batch, out, n).
[[nodiscard]] at::Tensor projectForward(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& residual,
                                        const at::Tensor& x);
/// dx[b] = W^T g[b]
[[nodiscard]] at::Tensor projectBackwardInput(const at::Tensor& weight, const at::Tensor& g);
/// dW = sum_b g[b] x[b]^T
[[nodiscard]] at::Tensor projectBackwardWeight(const at::Tensor& g, const at::Tensor& x);
/// sum of g over batch and positions, (channels)
[[nodiscard]] at::Tensor sumRows(const at::Tensor& g);

/// y = residual + bias + product, float32 on a graphics card from a product of any type there.
[[nodiscard]] at::Tensor addProduct(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual);

/// W for each sample of a batch, without a copy.
[[nodiscard]] at::Tensor forEachSample(const at::Tensor& weight, std::int64_t batch);

} // namespace toeplab::core
