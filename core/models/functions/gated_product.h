// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/functions/products.h"
#include "core/operators/functions/functions.h"

#include <ATen/core/Tensor.h>

namespace toeplab::core
{

/// Two projections of the same input as one product: what both gated units share beside
/// core/operators/functions/projection.h.
///
/// Factors of a product go through `rounded` first. In full precision it hands them on; for bf16 it gives copies of
/// eight bits of mantissa, whose products are summed in fp32 and rounded once, as PyTorch's autocast does; gates read
/// and write bf16 and compute in fp32. What lies between blocks stays fp32 on the CPU, and so do operators; on a
/// graphics card all of it is stored in bf16.

[[nodiscard]] at::Tensor rounded(const at::Tensor& factor, Products products);
/// The type that it gives them.
[[nodiscard]] at::ScalarType factorType(const at::Tensor& factor, Products products);

/// [a; b] over rows; undefined where both are, zeros for the one that is missing.
[[nodiscard]] at::Tensor stackRows(const at::Tensor& a, const at::Tensor& b);

/// z (batch, 2 channels, n) = weight x, without the biases; bf16 for bf16, unless on the CPU `wide` asks for fp32.
[[nodiscard]] at::Tensor product(const at::Tensor& weight, const at::Tensor& x, bool wide);

/// For a stabilised activation: subtracts from each position of a half of z the largest of its channels (bias
/// included).
void stabilise(const at::Tensor& z, const at::Tensor& bias, std::int64_t half);

} // namespace toeplab::core
