// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"
#include "kernels/ski/plan.h"
#include "kernels/ski/warp.h"

#include <memory>
#include <vector>

namespace toeplab::kernels::gpu
{
class WarpTable;
} // namespace toeplab::kernels::gpu

namespace toeplab::core
{

/// Which interpolation W: the exact one, or the published one with its falloff and grid.
struct SkiInterpolation {
    bool released = false;
    double gamma = 1;
    kernels::PublishedGrid grid = kernels::PublishedGrid::Positions;
};

/// y = B x + W A W^T x for operands band (channels, taps) and lags (channels, 2 rank - 1), of the type and on the
/// device of `like`.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeSkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps,
                                                            const SkiInterpolation& interpolation,
                                                            const at::Tensor& like);

/// The Toeplitz matrix nearest to W A W', as a map from the kernel of A: (2 rank - 1, 2n - 1) float64 on the CPU.
/// Column t
/// + n - 1 holds what the mean of W A W' along its diagonal t (y_i from x_{i-t}) has of each lag of A. Such means are
/// the best in the Frobenius norm; for rank = n, in exact mode, W A W' is Toeplitz and they are the kernel. O(n^2).
[[nodiscard]] at::Tensor diagonalMeans(std::int64_t n, std::int64_t rank, const SkiInterpolation& interpolation);

/// W as a dense matrix (n, rank), float64.
[[nodiscard]] at::Tensor interpolationMatrix(std::int64_t n, std::int64_t rank, const SkiInterpolation& interpolation);

/// Where lags fall on the warped grid: for float or double, and on a graphics card as its table, made from the latter.
struct Warp {
    std::shared_ptr<const kernels::WarpPlan<float>> single;
    std::shared_ptr<const kernels::WarpPlan<double>> twofold;
    std::shared_ptr<kernels::gpu::WarpTable> table;

    [[nodiscard]] std::int64_t count() const; ///< lags
};
[[nodiscard]] Warp makeWarp(kernels::WarpSides sides, std::int64_t rank, double gamma, const std::vector<double>& lags,
                            const at::Tensor& like);

/// k at the warp's lags, (channels, lags), from alphas and betas (channels, rank); betas undefined when causal.
[[nodiscard]] at::Tensor warpKernel(const Warp& warp, const at::Tensor& alphas, const at::Tensor& betas);

} // namespace toeplab::core
