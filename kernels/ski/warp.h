// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::kernels
{

enum class WarpSides {
    Both,   ///< nodes -1, -1 + 1/r, .., 1 carry [betas | 0 | alphas]: f(-1) = betas[0], f(0) = 0, f(1) = alphas[r - 1]
    Causal, ///< nodes 0, 1/r, .., 1 carry [0 | alphas]; k(t) = 0 for t < 0
};

/// The inverse-time kernel of SKI, k(t) = f(u(t)): lags are warped to u(t) = sign(t) gamma^|t| with sign(0) = +1, and f
/// is piecewise linear over an evenly spaced grid of learned values, r a side. Far lags come near u = 0, where f is 0:
/// the kernel decays, and extrapolates to any length. One cell outside the grid f falls linearly to 0 (a bilinear
/// sampler with aligned corners and zero padding, as in the published code). The plan holds where each lag falls; it is
/// made once, since gamma is not learned.
template <typename T>
class WarpPlan
{
public:
    /// Two neighbouring nodes as indices into [betas | alphas]; a node whose value is a fixed zero has weight 0.
    struct Place {
        std::int64_t below = 0;
        std::int64_t above = 0;
        T below_weight = 0;
        T above_weight = 0;
    };

    /// Promises: rank >= 1, gamma in (0, 1] (with 1, all lags of one sign fall on one point). Lags are real numbers.
    [[nodiscard]] static WarpPlan atLags(WarpSides sides, std::int64_t rank, double gamma,
                                         std::span<const double> lags);

    /// f at the given u itself.
    WarpPlan(WarpSides sides, std::int64_t rank, std::span<const double> u);

    [[nodiscard]] std::int64_t rank() const { return rank_; }
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(places_.size()); }

    /// Where the lags fall, in their order.
    [[nodiscard]] std::span<const Place> places() const { return places_; }

    /// kernel[c, j] = f_c(u_j); alphas, betas: (channels, rank), betas null when causal; kernel: (channels, count).
    void forward(std::int64_t channels, const T* alphas, const T* betas, T* kernel) const;

    /// dalphas, dbetas from g = dL/dkernel; sums run over the lags in their order. dbetas is null when causal.
    void backward(std::int64_t channels, const T* g, T* dalphas, T* dbetas) const;

private:
    WarpSides sides_ = WarpSides::Both;
    std::int64_t rank_ = 0;
    std::vector<Place> places_;
};

/// u(t) = sign(t) gamma^|t|, sign(0) = +1.
[[nodiscard]] double warpedTime(double lag, double gamma);

/// Spacing h = (n - 1) / (r - 1) of the inducing points: the low rank part holds the kernel at multiples of it. rank
/// >= 2.
[[nodiscard]] double inducingSpacing(std::int64_t length, std::int64_t rank);

/// Lags between inducing points, -(r - 1) h .. (r - 1) h, or 0 .. (r - 1) h when causal.
[[nodiscard]] std::vector<double> inducingLags(WarpSides sides, std::int64_t length, std::int64_t rank);

/// gamma with gamma^(n - 1) = 0.1: the inducing lags then visit most of the grid. length 1 counts as 2.
[[nodiscard]] double defaultWarpGamma(std::int64_t length);

/// How many of the r grid cells of one side hold u of an inducing lag m h, m = 0 .. r - 1 (on a node: the cell farther
/// from 0, and the last for u = 1). With fewer than half, much of the grid has no influence and is never trained.
[[nodiscard]] std::int64_t visitedCells(std::int64_t length, std::int64_t rank, double gamma);

/// Lags t with from < |t| < to: too far for the band, and closer than two inducing spacings, so that interpolation
/// cannot follow structure there. None where every position is an inducing point.
struct BlindZone {
    double from = 0; ///< half the band, (taps - 1) / 2
    double to = 0;   ///< 2 h

    [[nodiscard]] bool empty() const { return to <= from; }
};

[[nodiscard]] BlindZone blindZone(std::int64_t length, std::int64_t rank, std::int64_t taps);

} // namespace toeplab::kernels
