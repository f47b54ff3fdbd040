// SPDX-License-Identifier: Apache-2.0
#include "kernels/norm/channel_norm.h"

#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/device/stored.h"
#include "kernels/pointwise/activation_math.h"

#include <algorithm>
#include <cmath>

namespace toeplab::kernels
{
namespace
{

constexpr double kRmsEpsilon = 1e-8;
constexpr double kVarianceEpsilon = 1e-5;
/// Positions handled together: statistics of a tile stay in registers and L1 while its channels stream by.
constexpr std::int64_t kTile = 64;

/// A tile: up to kTile positions of one sample. Pointers are at its first position; rows are `length` apart.
template <typename T>
struct Tile {
    ChannelNorm kind;
    std::int64_t channels, length, width;
};

template <typename T>
TOEPLAB_INLINE void statisticsBody(const Tile<T>& tile, const T* x, T* mean, T* inverse)
{
    T first[kTile] = {};
    T second[kTile] = {};
    const auto d = static_cast<T>(tile.channels);
    const bool centred = tile.kind == ChannelNorm::Layer;
    if (centred) {
        for (std::int64_t c = 0; c < tile.channels; ++c) {
            const T* row = x + c * tile.length;
#pragma omp simd
            for (std::int64_t i = 0; i < tile.width; ++i)
                first[i] += row[i];
        }
        for (std::int64_t i = 0; i < tile.width; ++i)
            first[i] /= d;
    }
    for (std::int64_t c = 0; c < tile.channels; ++c) {
        const T* row = x + c * tile.length;
#pragma omp simd
        for (std::int64_t i = 0; i < tile.width; ++i) {
            const T centre = row[i] - first[i];
            second[i] += centre * centre;
        }
    }
    const bool rms = tile.kind != ChannelNorm::Layer && tile.kind != ChannelNorm::Scale;
    for (std::int64_t i = 0; i < tile.width; ++i) {
        const T variance = second[i] / d;
        inverse[i] =
            rms ? T(1) / (std::sqrt(variance) + T(kRmsEpsilon)) : T(1) / std::sqrt(variance + T(kVarianceEpsilon));
        if (mean != nullptr)
            mean[i] = first[i];
    }
}

template <typename S, typename T>
TOEPLAB_INLINE void applyBody(const Tile<T>& tile, const ChannelNormParameters<const T>& p, const T* x, const T* mean,
                              const T* inverse, S* y)
{
    for (std::int64_t c = 0; c < tile.channels; ++c) {
        const T* in = x + c * tile.length;
        S* out = y + c * tile.length;
        const T weight = p.weight == nullptr ? T(1) : p.weight[tile.kind == ChannelNorm::Scale ? 0 : c];
        const T bias = p.bias == nullptr ? T(0) : p.bias[c];
        if (tile.kind == ChannelNorm::Layer) {
#pragma omp simd
            for (std::int64_t i = 0; i < tile.width; ++i)
                write((in[i] - mean[i]) * inverse[i] * weight + bias, out[i]);
        } else if (tile.kind == ChannelNorm::GatedRms) {
            const T gate = p.gate[c];
#pragma omp simd
            for (std::int64_t i = 0; i < tile.width; ++i)
                write(in[i] * inverse[i] * weight * math::sigmoid(gate * in[i]), out[i]);
        } else {
#pragma omp simd
            for (std::int64_t i = 0; i < tile.width; ++i)
                write(in[i] * inverse[i] * weight, out[i]);
        }
    }
}

/// With xhat = (x - mean) inverse and r the gradient with respect to xhat:
///   dx = add + inverse (r - [mean of r, Layer only] - xhat f mean(r xhat)),
/// f = 1 where eps is inside the root, (rms + eps)/rms where it is outside (0 for a zero vector, as autograd has it).
template <bool kAdd, typename S, typename T>
TOEPLAB_INLINE void backwardBody(const Tile<T>& tile, const ChannelNormParameters<const T>& p, const T* x,
                                 const T* mean, const T* inverse, const S* g, const T* add, T* dx,
                                 const ChannelNormParameters<T>& sums)
{
    T centre[kTile] = {};
    T plain[kTile] = {};
    T along[kTile] = {};
    const auto d = static_cast<T>(tile.channels);
    const bool layer = tile.kind == ChannelNorm::Layer;
    const bool gated = tile.kind == ChannelNorm::GatedRms;
    if (layer)
        std::copy_n(mean, tile.width, centre);
    for (std::int64_t c = 0; c < tile.channels; ++c) {
        const T* in = x + c * tile.length;
        const S* grad = g + c * tile.length;
        const std::int64_t at = tile.kind == ChannelNorm::Scale ? 0 : c;
        const T weight = p.weight == nullptr ? T(1) : p.weight[at];
        T weight_sum = 0;
        T bias_sum = 0;
        T gate_sum = 0;
        if (gated) {
            const T gate = p.gate[c];
            for (std::int64_t i = 0; i < tile.width; ++i) {
                const T hat = in[i] * inverse[i];
                const T s = math::sigmoid(gate * in[i]);
                const T gs = read(grad[i]) * s;
                along[i] += gs * weight * hat;
                weight_sum += gs * hat;
                gate_sum += gs * (T(1) - s) * weight * hat * in[i];
            }
        } else {
#pragma omp simd reduction(+ : weight_sum, bias_sum)
            for (std::int64_t i = 0; i < tile.width; ++i) {
                const T hat = (in[i] - centre[i]) * inverse[i];
                const T gradient = read(grad[i]);
                const T product = gradient * hat;
                plain[i] += gradient * weight;
                along[i] += product * weight;
                weight_sum += product;
                bias_sum += gradient;
            }
        }
        if (sums.weight != nullptr)
            sums.weight[at] += weight_sum;
        if (sums.bias != nullptr)
            sums.bias[c] += bias_sum;
        if (sums.gate != nullptr)
            sums.gate[c] += gate_sum;
    }
    const bool outside = tile.kind != ChannelNorm::Layer && tile.kind != ChannelNorm::Scale;
    for (std::int64_t i = 0; i < tile.width; ++i) {
        T factor = 1;
        if (outside) {
            const T rms = T(1) / inverse[i] - T(kRmsEpsilon);
            factor = rms > T(kRmsEpsilon) * T(1e-6) ? T(1) / (inverse[i] * rms) : T(0);
        }
        along[i] *= factor / d;
        plain[i] = layer ? plain[i] / d : T(0);
    }
    for (std::int64_t c = 0; c < tile.channels; ++c) {
        const T* in = x + c * tile.length;
        const S* grad = g + c * tile.length;
        const T* rest = kAdd ? add + c * tile.length : nullptr;
        T* out = dx + c * tile.length;
        const T weight = p.weight == nullptr ? T(1) : p.weight[tile.kind == ChannelNorm::Scale ? 0 : c];
        if (gated) {
            const T gate = p.gate[c];
            for (std::int64_t i = 0; i < tile.width; ++i) {
                const T hat = in[i] * inverse[i];
                const T s = math::sigmoid(gate * in[i]);
                const T gs = read(grad[i]) * s;
                const T through = gs * weight * hat * (T(1) - s) * gate;
                const T value = inverse[i] * (gs * weight - hat * along[i]) + through;
                out[i] = kAdd ? value + rest[i] : value;
            }
        } else {
#pragma omp simd
            for (std::int64_t i = 0; i < tile.width; ++i) {
                const T hat = (in[i] - centre[i]) * inverse[i];
                const T value = inverse[i] * (read(grad[i]) * weight - plain[i] - hat * along[i]);
                out[i] = kAdd ? value + rest[i] : value;
            }
        }
    }
}

#define TOEPLAB_TILES(S, T)                                                                                            \
    TOEPLAB_CLONES void normTile(const Tile<T>& tile, const ChannelNormParameters<const T>& p, const T* x, S* y,       \
                                 T* mean, T* inverse)                                                                  \
    {                                                                                                                  \
        statisticsBody(tile, x, mean, inverse);                                                                        \
        applyBody(tile, p, x, mean, inverse, y);                                                                       \
    }                                                                                                                  \
    TOEPLAB_CLONES void normTileBackward(const Tile<T>& tile, const ChannelNormParameters<const T>& p, const T* x,     \
                                         const T* mean, const T* inverse, const S* g, const T* add, T* dx,             \
                                         const ChannelNormParameters<T>& sums)                                         \
    {                                                                                                                  \
        if (add != nullptr)                                                                                            \
            backwardBody<true>(tile, p, x, mean, inverse, g, add, dx, sums);                                           \
        else                                                                                                           \
            backwardBody<false>(tile, p, x, mean, inverse, g, add, dx, sums);                                          \
    }
TOEPLAB_TILES(float, float)
TOEPLAB_TILES(double, double)
TOEPLAB_TILES(BFloat16, float)
#undef TOEPLAB_TILES

/// Tiles of all samples, numbered in order.
std::int64_t tilesPerSample(const ChannelNormShape& shape)
{
    return (shape.length + kTile - 1) / kTile;
}

/// Parameter sums are kept per block of tiles and added in block order, so the result does not depend on threads.
constexpr std::int64_t kBlocks = 16;

} // namespace

template <typename S, typename T>
void channelNormForward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                        S* y, T* mean, T* inverse)
{
    const std::int64_t per_sample = tilesPerSample(shape);
    parallelFor(shape.batch * per_sample, shape.channels * kTile, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t t = begin; t < end; ++t) {
            const std::int64_t b = t / per_sample;
            const std::int64_t i = t % per_sample * kTile;
            const Tile<T> tile{shape.kind, shape.channels, shape.length, std::min(kTile, shape.length - i)};
            const std::int64_t at = b * shape.channels * shape.length + i;
            normTile(tile, parameters, x + at, y + at, mean == nullptr ? nullptr : mean + b * shape.length + i,
                     inverse + b * shape.length + i);
        }
    });
}

template <typename S, typename T>
void channelNormBackward(const ChannelNormShape& shape, const ChannelNormParameters<const T>& parameters, const T* x,
                         const T* mean, const T* inverse, const S* g, const T* add, T* dx,
                         const ChannelNormParameters<T>& gradients)
{
    const std::int64_t per_sample = tilesPerSample(shape);
    const std::int64_t tiles = shape.batch * per_sample;
    const std::int64_t blocks = std::min(kBlocks, tiles);
    const std::int64_t d = shape.channels;
    T* sums = scratch<T>(Slot::Accumulator, static_cast<std::size_t>(3 * d * std::max<std::int64_t>(blocks, 1)));
    std::fill_n(sums, 3 * d * blocks, T(0));
    parallelFor(blocks, tiles * d * kTile / std::max<std::int64_t>(blocks, 1),
                [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t k = begin; k < end; ++k) {
                        T* own = sums + 3 * d * k;
                        const ChannelNormParameters<T> partial{gradients.weight != nullptr ? own : nullptr,
                                                               gradients.bias != nullptr ? own + d : nullptr,
                                                               gradients.gate != nullptr ? own + 2 * d : nullptr};
                        for (std::int64_t t = tiles * k / blocks; t < tiles * (k + 1) / blocks; ++t) {
                            const std::int64_t b = t / per_sample;
                            const std::int64_t i = t % per_sample * kTile;
                            const Tile<T> tile{shape.kind, d, shape.length, std::min(kTile, shape.length - i)};
                            const std::int64_t at = b * d * shape.length + i;
                            const std::int64_t position = b * shape.length + i;
                            const T* rest = add == nullptr ? nullptr : add + at;
                            normTileBackward(tile, parameters, x + at, mean == nullptr ? nullptr : mean + position,
                                             inverse + position, g + at, rest, dx + at, partial);
                        }
                    }
                });
    const auto collect = [&](T* out, std::int64_t which, std::int64_t count) {
        if (out == nullptr)
            return;
        for (std::int64_t c = 0; c < count; ++c) {
            T sum = 0;
            for (std::int64_t k = 0; k < blocks; ++k)
                sum += sums[(3 * k + which) * d + c];
            out[c] = sum;
        }
    };
    collect(gradients.weight, 0, shape.kind == ChannelNorm::Scale ? 1 : d);
    collect(gradients.bias, 1, d);
    collect(gradients.gate, 2, d);
}

#define TOEPLAB_INSTANTIATE(S, T)                                                                                      \
    template void channelNormForward(const ChannelNormShape&, const ChannelNormParameters<const T>&, const T*, S*, T*, \
                                     T*);                                                                              \
    template void channelNormBackward(const ChannelNormShape&, const ChannelNormParameters<const T>&, const T*,        \
                                      const T*, const T*, const S*, const T*, T*, const ChannelNormParameters<T>&);
TOEPLAB_INSTANTIATE(float, float)
TOEPLAB_INSTANTIATE(double, double)
TOEPLAB_INSTANTIATE(BFloat16, float)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
