// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// The Toeplitz neural operator (Qin et al., "Toeplitz neural network for sequence modeling", ICLR 2023): the kernel is
/// a small network's answer to the lag,
///     k(t) = act(gamma^|t| RPE(p(t))),   p(t) = t, t/(n-1) or exp(t/(n-1)),
/// zero for t < 0 when causal and for |t| >= max_lag when truncated; gamma none, fixed, or learned a channel as
/// lambda + (1 - lambda) sigmoid(g). With `normalize` y = T x / T 1.
/// Operands: kernel (channels, lags), lags -m..m or 0..m, m = min(n, max_lag) - 1; with `normalize` also T 1.
[[nodiscard]] OperatorKind tnoKind();

} // namespace toeplab::core
