// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// The frequency-domain Toeplitz operator (Qin et al. / Moreno et al., "SKI to go Faster", 2023): a network answers to
/// the frequency, not to the lag. With N = 2^ceil(log2 2n) and w_k = pi k / (N/2), k = 0..N/2:
///   bidirectional  the network gives real and imaginary part (the latter zero at both ends); the kernel is the inverse
///                  real transform at lags -(n-1)..n-1;
///   causal         it gives the real part R; with p = irfft(R) (even) the kernel is k_0 = p_0, k_t = 2 p_t for t >= 1,
///   whose
///                  spectrum has R as real part and its discrete Hilbert transform as imaginary part.
/// Input of the network: w (fd_input omega, as released) or cos w (cos: smooth at 0 and pi, so causal kernels decay
/// fast; the imaginary part is sin w times the network's answer). Response table (fd_response table): no network but
/// fd_points learned values a channel of a head, interpolated linearly between the frequencies; DC apart (the published
/// TnoFDNoRPE, not the paper's model). Operand: kernel (channels, lags).
[[nodiscard]] OperatorKind fdKind();

/// R (..., N/2 + 1) real -> kernel values at lags 0..n-1 (..., n), n <= N/2 + 1, as above. Differentiable.
[[nodiscard]] at::Tensor causalKernel(const at::Tensor& response, std::int64_t n);

/// The complex spectrum of length N/2 + 1 that belongs to R: real part R, imaginary part its Hilbert transform, except
/// that the sample at lag N/2 counts twice, as published.
[[nodiscard]] at::Tensor causalSpectrum(const at::Tensor& response);

} // namespace toeplab::core
