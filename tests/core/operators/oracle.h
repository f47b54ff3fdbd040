// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core::testing
{

/// T of an operator along one axis as dense matrices (channels, n, n), written out entry by entry from its parameters
/// and the published formulas in plain double loops: no transform, no kernel of the product, no code of the operator.
[[nodiscard]] at::Tensor oracleMatrix(const MixerSettings& mixer, const ToeplitzOperator& toeplitz, std::int64_t n);

/// T[c, i, j] = k[c, i - j] from lags -(n-1) .. n-1.
[[nodiscard]] at::Tensor toeplitzMatrix(const at::Tensor& kernel);

/// W of SKI, (n, rank), as the papers intend it or as the published code has it.
[[nodiscard]] at::Tensor oracleInterpolation(const MixerSettings& mixer, double gamma, std::int64_t n);

} // namespace toeplab::core::testing
