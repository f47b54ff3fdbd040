// SPDX-License-Identifier: Apache-2.0
// A block holds 32 positions, one for each lane; its warps share the channels between them. A tile is read twice, the
// second time from the cache.
#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/device/reduce.cuh"
#include "kernels/norm/channel_norm.cuh"
#include "kernels/norm/norm_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kWarps = kNormWarps;
constexpr int kThreads = kWarps * kWarp;

struct NormGeometry {
    ChannelNorm kind = ChannelNorm::Layer;
    int channels = 0;
    int length = 0;
    int tiles = 0; ///< of a sample
};

/// This thread's position.
struct NormPosition {
    int warp, lane;
    bool there;
    std::int64_t first;    ///< element of channel 0
    std::int64_t position; ///< of (batch, length)

    __device__ explicit NormPosition(const NormGeometry& geometry)
        : warp(static_cast<int>(threadIdx.x) / kWarp), lane(static_cast<int>(threadIdx.x) % kWarp)
    {
        const std::int64_t sample = blockIdx.x / static_cast<unsigned>(geometry.tiles);
        const int i = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.tiles)) * kWarp + lane;
        there = i < geometry.length;
        first = sample * geometry.channels * geometry.length + i;
        position = sample * geometry.length + i;
    }
};

template <typename T>
__global__ void __launch_bounds__(kThreads) channelNormKernel(NormGeometry geometry, NormParameters parameters,
                                                              const float* x, T* y, float* mean, float* inverse)
{
    auto* scratch = sharedMemory<float>();
    const NormPosition at(geometry);
    const std::int64_t n = geometry.length;
    const auto count = static_cast<float>(geometry.channels);
    float centre = 0;
    if (geometry.kind == ChannelNorm::Layer) {
        float sum = 0;
        for (int c = at.warp; at.there && c < geometry.channels; c += kWarps)
            sum += x[at.first + c * n];
        centre = sumOverWarps(sum, scratch) / count;
    }
    float squares = 0;
    for (int c = at.warp; at.there && c < geometry.channels; c += kWarps) {
        const float apart = x[at.first + c * n] - centre;
        squares += apart * apart;
    }
    const float variance = sumOverWarps(squares, scratch + kThreads) / count;
    const float scale = normScale(geometry.kind, variance);
    if (!at.there)
        return;
    if (at.warp == 0) {
        if (mean != nullptr)
            mean[at.position] = centre;
        inverse[at.position] = scale;
    }
    for (int c = at.warp; c < geometry.channels; c += kWarps) {
        const float value = x[at.first + c * n];
        float result = (value - centre) * scale * parameters.weightOf(geometry.kind, c);
        if (geometry.kind == ChannelNorm::GatedRms)
            result *= logistic(parameters.gate[c] * value);
        else if (parameters.bias != nullptr)
            result += parameters.bias[c];
        fromFloat(result, y[at.first + c * n]);
    }
}

/// partial (blocks, 3, channels): this tile's sums for weight, bias and gate.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    channelNormBackwardKernel(NormGeometry geometry, NormParameters parameters, const float* x, const float* mean,
                              const float* inverse, const T* g, const float* add, float* dx, float* partial)
{
    auto* scratch = sharedMemory<float>();
    const NormPosition at(geometry);
    const std::int64_t n = geometry.length;
    const bool layer = geometry.kind == ChannelNorm::Layer;
    const bool gated = geometry.kind == ChannelNorm::GatedRms;
    const float centre = layer && at.there ? mean[at.position] : 0.0F;
    const float scale = at.there ? inverse[at.position] : 0.0F;
    float* sums = partial + static_cast<std::int64_t>(blockIdx.x) * 3 * geometry.channels;
    // With xhat = (x - mean) inverse and r the gradient with respect to it: sums of r and of r xhat over the channels.
    float plain = 0;
    float along = 0;
    for (int c = at.warp; c < geometry.channels; c += kWarps) {
        const float value = at.there ? x[at.first + c * n] : 0.0F;
        const float gradient = at.there ? toFloat(g[at.first + c * n]) : 0.0F;
        const float hat = (value - centre) * scale;
        const float weight = parameters.weightOf(geometry.kind, c);
        const float gate = gated ? logistic(parameters.gate[c] * value) : 1.0F;
        const float through = gradient * gate;
        plain += through * weight;
        along += through * weight * hat;
        const float of_weight = warpSum(through * hat);
        const float of_bias = warpSum(gradient);
        const float of_gate = gated ? warpSum(through * (1.0F - gate) * weight * hat * value) : 0.0F;
        if (at.lane == 0) {
            sums[c] = of_weight;
            sums[geometry.channels + c] = of_bias;
            sums[2 * geometry.channels + c] = of_gate;
        }
    }
    const auto count = static_cast<float>(geometry.channels);
    plain = sumOverWarps(plain, scratch) / count;
    along = sumOverWarps(along, scratch + kThreads) / count;
    if (!at.there)
        return;
    along *= normPull(geometry.kind, scale);
    for (int c = at.warp; c < geometry.channels; c += kWarps) {
        const float value = x[at.first + c * n];
        const float gradient = toFloat(g[at.first + c * n]);
        const float hat = (value - centre) * scale;
        const float weight = parameters.weightOf(geometry.kind, c);
        float result = scale * (gradient * weight - (layer ? plain : 0.0F) - hat * along);
        if (gated) {
            const float q = parameters.gate[c];
            const float gate = logistic(q * value);
            result =
                scale * (gradient * gate * weight - hat * along) + gradient * gate * weight * hat * (1.0F - gate) * q;
        }
        if (add != nullptr)
            result += add[at.first + c * n];
        dx[at.first + c * n] = result;
    }
}

NormGeometry geometryOf(const ChannelNormShape& shape)
{
    require(shape.channels >= 1 && shape.length >= 1, "channels and length are at least 1", shape.channels,
            shape.length);
    return {shape.kind, static_cast<int>(shape.channels), static_cast<int>(shape.length),
            static_cast<int>(blocksFor(shape.length, kWarp))};
}

Launch launchOf(const ChannelNormShape& shape, const NormGeometry& geometry)
{
    return {shape.batch * geometry.tiles, kThreads, 2 * kThreads * sizeof(float)};
}

} // namespace

template <typename T>
void channelNormForward(Context& context, const ChannelNormShape& shape,
                        const ChannelNormParameters<const float>& parameters, const float* x, T* y, float* mean,
                        float* inverse)
{
    const NormGeometry geometry = geometryOf(shape);
    launch(context, launchOf(shape, geometry), &channelNormKernel<T>, geometry,
           NormParameters{parameters.weight, parameters.bias, parameters.gate}, x, y, mean, inverse);
}

template <typename T>
void channelNormBackward(Context& context, const ChannelNormShape& shape,
                         const ChannelNormParameters<const float>& parameters, const float* x, const float* mean,
                         const float* inverse, const T* g, const float* add, float* dx,
                         const ChannelNormParameters<float>& gradients)
{
    const NormGeometry geometry = geometryOf(shape);
    const Launch at = launchOf(shape, geometry);
    const std::int64_t d = shape.channels;
    auto* partial =
        static_cast<float*>(context.workspace(static_cast<std::size_t>((at.blocks + 1) * 3 * d) * sizeof(float)));
    float* sums = partial + at.blocks * 3 * d;
    launch(context, at, &channelNormBackwardKernel<T>, geometry,
           NormParameters{parameters.weight, parameters.bias, parameters.gate}, x, mean, inverse, g, add, dx, partial);
    sumParts(context, at.blocks, 3 * d, partial, sums);
    if (gradients.weight != nullptr && shape.kind == ChannelNorm::Scale)
        sumParts(context, d, 1, sums, gradients.weight);
    else if (gradients.weight != nullptr)
        sumParts(context, 1, d, sums, gradients.weight);
    if (gradients.bias != nullptr)
        sumParts(context, 1, d, sums + d, gradients.bias);
    if (gradients.gate != nullptr)
        sumParts(context, 1, d, sums + 2 * d, gradients.gate);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void channelNormForward(Context&, const ChannelNormShape&, const ChannelNormParameters<const float>&,     \
                                     const float*, T*, float*, float*);                                                \
    template void channelNormBackward(Context&, const ChannelNormShape&, const ChannelNormParameters<const float>&,    \
                                      const float*, const float*, const float*, const T*, const float*, float*,        \
                                      const ChannelNormParameters<float>&);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
