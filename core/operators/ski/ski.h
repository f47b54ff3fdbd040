// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// Sparse plus low rank (Moreno et al., "SKI to go Faster", 2023): y = B x + W A W^T x with a band B of mixer.band
/// taps, r = mixer.rank inducing points p_m = m (n-1)/(r-1), A[m, l] = k(p_m - p_l) and W the linear interpolation
/// between them. Where k comes from (mixer.ski_kernel):
///   warp  the inverse-time kernel k(t) = f(sign(t) gamma^|t|), f piecewise linear over 2r+1 learned nodes;
///   rpe   a network's answer to the inducing position.
/// Causal: no interpolation of the product; k at p_0..p_{r-1}, linearly interpolated to lags 0..n-1, plus (taps+1)/2
/// learned values at lags 0.., is a causal Toeplitz kernel. mode exact is this; mode released is what the published
/// Python computes: W with its weights swapped, a cell too high, and scaled by gamma^(n t) (rpe: measured from the
/// unscaled inducing points, and positions in [0, n-1] when causal). exact takes the warp's gamma from mixer.warp (0:
/// gamma^(n-1) = 0.1 at the task's length), released from mixer.gamma. Operands: band (channels, taps) and lags
/// (channels, 2r-1); causal, or with every position an inducing point (exact, r = n): kernel (channels, its lags).
[[nodiscard]] OperatorKind skiKind();

} // namespace toeplab::core
