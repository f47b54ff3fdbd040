// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/check.h"
#include "kernels/device/gpu.cuh"
#include "kernels/device/reduce.cuh"
#include "kernels/norm/channel_norm.h"
#include "kernels/pointwise/activation_math.h"

/// Norms over channels in a block of kNormWarps warps: a lane does a position, the warps share the channels.
namespace toeplab::kernels::gpu
{

inline constexpr int kNormWarps = 8;
inline constexpr float kRmsEpsilon = 1e-8F;
inline constexpr float kVarianceEpsilon = 1e-5F;

/// Whether eps stands outside of the root.
__device__ __forceinline__ bool epsilonOutside(ChannelNorm kind)
{
    return kind != ChannelNorm::Layer && kind != ChannelNorm::Scale;
}

struct NormParameters {
    const float* weight;
    const float* bias;
    const float* gate;

    [[nodiscard]] __device__ float weightOf(ChannelNorm kind, int c) const
    {
        return weight == nullptr ? 1.0F : weight[kind == ChannelNorm::Scale ? 0 : c];
    }
};

/// A tensor (batch, channels, length) in tiles of kWarp positions, one to a block.
struct NormGeometry {
    ChannelNorm kind = ChannelNorm::Layer;
    int channels = 0;
    int length = 0;
    int tiles = 0; ///< of a sample
};

/// This thread's position.
struct NormPosition {
    int warp, lane, index; ///< index: in the sample
    bool there;
    std::int64_t sample;
    std::int64_t first;    ///< element of channel 0
    std::int64_t position; ///< of (batch, length)

    __device__ explicit NormPosition(const NormGeometry& geometry)
        : warp(static_cast<int>(threadIdx.x) / kWarp), lane(static_cast<int>(threadIdx.x) % kWarp),
          index(static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.tiles)) * kWarp + lane),
          there(index < geometry.length), sample(blockIdx.x / static_cast<unsigned>(geometry.tiles)),
          first(sample * geometry.channels * geometry.length + index), position(sample * geometry.length + index)
    {
    }
};

inline NormGeometry normGeometry(ChannelNorm kind, std::int64_t channels, std::int64_t length)
{
    require(channels >= 1 && length >= 1, "channels and length are at least 1", channels, length);
    return {kind, static_cast<int>(channels), static_cast<int>(length), static_cast<int>(blocksFor(length, kWarp))};
}

/// A block for each tile, which shares two floats a thread.
inline Launch normLaunch(std::int64_t batch, const NormGeometry& geometry)
{
    constexpr int kThreads = kNormWarps * kWarp;
    return {batch * geometry.tiles, kThreads, 2 * kThreads * sizeof(float)};
}

/// The gradients of the parameters that are given, from the sums over all positions (3, channels): for weight, bias and
/// gate. Scale's one weight has those of all channels.
inline void normGradients(Context& context, ChannelNorm kind, std::int64_t channels, const float* sums,
                          const ChannelNormParameters<float>& gradients)
{
    if (gradients.weight != nullptr && kind == ChannelNorm::Scale)
        sumParts(context, channels, 1, sums, gradients.weight);
    else if (gradients.weight != nullptr)
        sumParts(context, 1, channels, sums, gradients.weight);
    if (gradients.bias != nullptr)
        sumParts(context, 1, channels, sums + channels, gradients.bias);
    if (gradients.gate != nullptr)
        sumParts(context, 1, channels, sums + 2 * channels, gradients.gate);
}

/// The sum over the block's warps for each lane. scratch: a float a thread, free again after the next barrier.
__device__ __forceinline__ float sumOverWarps(float value, float* scratch)
{
    scratch[threadIdx.x] = value;
    __syncthreads();
    float sum = 0;
    for (int warp = 0; warp < kNormWarps; ++warp)
        sum += scratch[warp * kWarp + static_cast<int>(threadIdx.x) % kWarp];
    return sum;
}

/// 1 / (root + eps) of the mean square of x - mean.
__device__ __forceinline__ float normScale(ChannelNorm kind, float variance)
{
    return epsilonOutside(kind) ? 1.0F / (std::sqrt(variance) + kRmsEpsilon)
                                : 1.0F / std::sqrt(variance + kVarianceEpsilon);
}

/// What mean(r xhat) counts in the gradient: (rms + eps) / rms where eps stands outside of the root, 0 for a zero
/// vector, as autograd has it.
__device__ __forceinline__ float normPull(ChannelNorm kind, float scale)
{
    if (!epsilonOutside(kind))
        return 1.0F;
    const float rms = 1.0F / scale - kRmsEpsilon;
    return rms > kRmsEpsilon * 1e-6F ? 1.0F / (scale * rms) : 0.0F;
}

/// The norm at one position, whose statistics are centre and scale.
struct NormAt {
    ChannelNorm kind = ChannelNorm::Layer;
    NormParameters parameters;
    float centre = 0;
    float scale = 1;

    [[nodiscard]] __device__ bool gated() const { return kind == ChannelNorm::GatedRms; }

    [[nodiscard]] __device__ __forceinline__ float operator()(float value, int c) const
    {
        const float result = (value - centre) * scale * parameters.weightOf(kind, c);
        if (gated())
            return result * math::sigmoid(parameters.gate[c] * value);
        return parameters.bias != nullptr ? result + parameters.bias[c] : result;
    }

    /// Of one channel in the backward pass: with xhat = (x - centre) scale and r the gradient with respect to it.
    struct Terms {
        float r, hat;
        float of_weight, of_gate; ///< in the parameters' gradients
    };
    [[nodiscard]] __device__ __forceinline__ Terms terms(float g, float value, int c) const
    {
        const float hat = (value - centre) * scale;
        const float weight = parameters.weightOf(kind, c);
        const float gate = gated() ? math::sigmoid(parameters.gate[c] * value) : 1.0F;
        const float through = g * gate;
        return {through * weight, hat, through * hat, gated() ? through * (1.0F - gate) * weight * hat * value : 0.0F};
    }

    /// The gradient with respect to the value. plain: the mean of r over the channels, 0 but for Layer; along: that of
    /// r xhat, times normPull().
    [[nodiscard]] __device__ __forceinline__ float gradient(float g, float value, int c, float plain, float along) const
    {
        const float hat = (value - centre) * scale;
        const float weighted = g * parameters.weightOf(kind, c);
        if (!gated())
            return scale * (weighted - plain - hat * along);
        const float q = parameters.gate[c];
        const float gate = math::sigmoid(q * value);
        return scale * (weighted * gate - hat * along) + weighted * gate * hat * (1.0F - gate) * q;
    }
};

/// The statistics of a thread's position, whose channels value(c) gives; all threads of the block call it. scratch: two
/// floats a thread.
template <typename Position, typename Value>
__device__ __forceinline__ void measure(NormAt& norm, const Position& at, int channels, Value value, float* scratch)
{
    const auto count = static_cast<float>(channels);
    if (norm.kind == ChannelNorm::Layer) {
        float sum = 0;
        for (int c = at.warp; at.there && c < channels; c += kNormWarps)
            sum += value(c);
        norm.centre = sumOverWarps(sum, scratch) / count;
    }
    float squares = 0;
    for (int c = at.warp; at.there && c < channels; c += kNormWarps) {
        const float apart = value(c) - norm.centre;
        squares += apart * apart;
    }
    norm.scale = normScale(norm.kind, sumOverWarps(squares, scratch + kNormWarps * kWarp) / count);
}

/// The sums that NormAt::gradient() needs at a thread's position, whose channels and gradients value(c) and gradient(c)
/// give; all threads of the block call it. sums (3, channels) become the tile's of weight, bias and gate; scratch: two
/// floats a thread.
struct NormSums {
    float plain = 0;
    float along = 0;
};
template <typename Value, typename Gradient>
__device__ __forceinline__ NormSums sumOverChannels(const NormAt& norm, const NormPosition& at, int channels,
                                                    Value value, Gradient gradient, float* sums, float* scratch)
{
    NormSums joined;
    for (int c = at.warp; c < channels; c += kNormWarps) {
        const float here = at.there ? value(c) : 0.0F;
        const float g = at.there ? gradient(c) : 0.0F;
        const NormAt::Terms terms = norm.terms(g, here, c);
        joined.plain += terms.r;
        joined.along += terms.r * terms.hat;
        const float of_weight = warpSum(terms.of_weight);
        const float of_bias = warpSum(g);
        const float of_gate = norm.gated() ? warpSum(terms.of_gate) : 0.0F;
        if (at.lane == 0) {
            sums[c] = of_weight;
            sums[channels + c] = of_bias;
            sums[2 * channels + c] = of_gate;
        }
    }
    const auto count = static_cast<float>(channels);
    joined.plain = sumOverWarps(joined.plain, scratch) / count;
    joined.along = sumOverWarps(joined.along, scratch + kNormWarps * kWarp) / count * normPull(norm.kind, norm.scale);
    if (norm.kind != ChannelNorm::Layer)
        joined.plain = 0;
    return joined;
}

} // namespace toeplab::kernels::gpu
