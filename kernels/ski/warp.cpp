// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/warp.h"

#include "kernels/device/check.h"

#include <algorithm>
#include <cmath>

namespace toeplab::kernels
{

template <typename T>
WarpPlan<T> WarpPlan<T>::atLags(WarpSides sides, std::int64_t rank, double gamma, std::span<const double> lags)
{
    std::vector<double> u(lags.size());
    std::transform(lags.begin(), lags.end(), u.begin(), [&](double lag) { return warpedTime(lag, gamma); });
    return WarpPlan(sides, rank, u);
}

template <typename T>
WarpPlan<T>::WarpPlan(WarpSides sides, std::int64_t rank, std::span<const double> u) : sides_(sides), rank_(rank)
{
    require(rank >= 1, "the rank is at least 1 (the second number is the count of lags)", rank,
            static_cast<std::int64_t>(u.size()));
    const auto r = static_cast<double>(rank);
    // Signed nodes -r .. r; node 0 and all outside carry a fixed zero, and so do those below 0 when causal.
    const auto index = [&](std::int64_t node) { return node > 0 ? rank + node - 1 : rank + node; };
    const auto learned = [&](std::int64_t node) {
        return node != 0 && node <= rank && node >= (sides == WarpSides::Causal ? 0 : -rank);
    };
    places_.reserve(u.size());
    for (const double at : u) {
        const double position = std::clamp(at * r, -r - 2, r + 2); // farther out it is zero all the same
        const double floor = std::floor(position);
        const auto node = static_cast<std::int64_t>(floor);
        Place place;
        if (learned(node)) {
            place.below = index(node);
            place.below_weight = static_cast<T>(1.0 - (position - floor));
        }
        if (learned(node + 1)) {
            place.above = index(node + 1);
            place.above_weight = static_cast<T>(position - floor);
        }
        // A node without influence still needs an index that is there: alphas always are.
        place.below = place.below_weight == T(0) ? rank : place.below;
        place.above = place.above_weight == T(0) ? rank : place.above;
        places_.push_back(place);
    }
}

template <typename T>
void WarpPlan<T>::forward(std::int64_t channels, const T* alphas, const T* betas, T* kernel) const
{
    require((betas == nullptr) == (sides_ == WarpSides::Causal), "betas are there exactly when both sides are",
            betas != nullptr ? 1 : 0, sides_ == WarpSides::Both ? 1 : 0);
    for (std::int64_t c = 0; c < channels; ++c) {
        const auto value = [&](std::int64_t i) {
            return i < rank_ ? betas[c * rank_ + i] : alphas[(c - 1) * rank_ + i];
        };
        for (const Place& place : places_)
            *kernel++ = place.below_weight * value(place.below) + place.above_weight * value(place.above);
    }
}

template <typename T>
void WarpPlan<T>::backward(std::int64_t channels, const T* g, T* dalphas, T* dbetas) const
{
    require((dbetas == nullptr) == (sides_ == WarpSides::Causal), "betas are there exactly when both sides are",
            dbetas != nullptr ? 1 : 0, sides_ == WarpSides::Both ? 1 : 0);
    std::fill_n(dalphas, channels * rank_, T(0));
    if (dbetas != nullptr)
        std::fill_n(dbetas, channels * rank_, T(0));
    for (std::int64_t c = 0; c < channels; ++c) {
        const auto value = [&](std::int64_t i) -> T& {
            return i < rank_ ? dbetas[c * rank_ + i] : dalphas[(c - 1) * rank_ + i];
        };
        for (const Place& place : places_) {
            value(place.below) += place.below_weight * *g;
            value(place.above) += place.above_weight * *g;
            ++g;
        }
    }
}

double warpedTime(double lag, double gamma)
{
    const double size = std::pow(gamma, std::abs(lag));
    return lag < 0 ? -size : size;
}

double inducingSpacing(std::int64_t length, std::int64_t rank)
{
    require(length >= 1 && rank >= 2, "length is at least 1 and rank at least 2", length, rank);
    return static_cast<double>(length - 1) / static_cast<double>(rank - 1);
}

std::vector<double> inducingLags(WarpSides sides, std::int64_t length, std::int64_t rank)
{
    require(length >= 1 && rank >= 2, "length is at least 1 and rank at least 2", length, rank);
    std::vector<double> lags;
    for (std::int64_t m = sides == WarpSides::Causal ? 0 : 1 - rank; m < rank; ++m)
        lags.push_back(static_cast<double>(m) * static_cast<double>(length - 1) / static_cast<double>(rank - 1));
    return lags;
}

double defaultWarpGamma(std::int64_t length)
{
    return std::pow(0.1, 1.0 / static_cast<double>(std::max<std::int64_t>(length - 1, 1)));
}

std::int64_t visitedCells(std::int64_t length, std::int64_t rank, double gamma)
{
    std::int64_t visited = 0;
    std::int64_t last = -1;
    for (const double lag : inducingLags(WarpSides::Causal, length, rank)) {
        // u falls with the lag, so cells come in order and a repeated one is the last.
        const auto cell =
            std::min(static_cast<std::int64_t>(warpedTime(lag, gamma) * static_cast<double>(rank)), rank - 1);
        visited += cell != last ? 1 : 0;
        last = cell;
    }
    return visited;
}

BlindZone blindZone(std::int64_t length, std::int64_t rank, std::int64_t taps)
{
    const auto half = static_cast<double>(taps / 2);
    return {half, rank >= length ? half : 2 * inducingSpacing(length, rank)};
}

template class WarpPlan<float>;
template class WarpPlan<double>;

} // namespace toeplab::kernels
