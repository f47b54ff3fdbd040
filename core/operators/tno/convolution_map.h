// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// y = T x for one operand, the kernel (channels, before + 1 + after) at lags -before..after.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeConvolutionMap(std::int64_t n, std::int64_t before,
                                                                    std::int64_t after);

/// y = (T x) / d for the operands of `inner` followed by d (channels, n), the row sums T 1.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeNormalizedMap(std::shared_ptr<const ToeplitzMap> inner);

/// T 1 for a kernel (channels, before + 1 + after), with a graph: d_i = sum of k(t) over i-(n-1) <= t <= i.
[[nodiscard]] at::Tensor rowSums(const at::Tensor& kernel, std::int64_t n, std::int64_t before, std::int64_t after);

/// (channels, 2n - 1) from lags -before..after, zero elsewhere.
[[nodiscard]] at::Tensor fullKernel(const at::Tensor& kernel, std::int64_t n, std::int64_t before, std::int64_t after);

} // namespace toeplab::core
