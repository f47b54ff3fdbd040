// SPDX-License-Identifier: Apache-2.0
// A block holds 32 positions, one for each lane; its warps share the channels between them. A tile is read once for
// each statistic and once more, all but the first time from the cache.
#include "kernels/device/number.cuh"
#include "kernels/norm/channel_norm.cuh"
#include "kernels/norm/norm_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kWarps = kNormWarps;
constexpr int kThreads = kWarps * kWarp;

template <typename T>
__global__ void __launch_bounds__(kThreads) channelNormKernel(NormGeometry geometry, NormParameters parameters,
                                                              const float* x, T* y, float* mean, float* inverse)
{
    const NormPosition at(geometry);
    const std::int64_t n = geometry.length;
    NormAt norm{geometry.kind, parameters};
    measure(
        norm, at, geometry.channels, [&](int c) { return x[at.first + c * n]; }, sharedMemory<float>());
    if (!at.there)
        return;
    if (at.warp == 0) {
        if (mean != nullptr)
            mean[at.position] = norm.centre;
        inverse[at.position] = norm.scale;
    }
    for (int c = at.warp; c < geometry.channels; c += kWarps)
        fromFloat(norm(x[at.first + c * n], c), y[at.first + c * n]);
}

/// partial (blocks, 3, channels): this tile's sums for weight, bias and gate.
template <typename T>
__global__ void __launch_bounds__(kThreads, 4)
    channelNormBackwardKernel(NormGeometry geometry, NormParameters parameters, const float* x, const float* mean,
                              const float* inverse, const T* g, const float* add, float* dx, float* partial)
{
    const NormPosition at(geometry);
    const std::int64_t n = geometry.length;
    const float centre = geometry.kind == ChannelNorm::Layer && at.there ? mean[at.position] : 0.0F;
    const NormAt norm{geometry.kind, parameters, centre, at.there ? inverse[at.position] : 0.0F};
    float* sums = partial + static_cast<std::int64_t>(blockIdx.x) * 3 * geometry.channels;
    const NormSums joined = sumOverChannels(
        norm, at, geometry.channels, [&](int c) { return x[at.first + c * n]; },
        [&](int c) { return toFloat(g[at.first + c * n]); }, sums, sharedMemory<float>());
    if (!at.there)
        return;
    for (int c = at.warp; c < geometry.channels; c += kWarps) {
        const std::int64_t place = at.first + c * n;
        const float result = norm.gradient(toFloat(g[place]), x[place], c, joined.plain, joined.along);
        dx[place] = add != nullptr ? result + add[place] : result;
    }
}

} // namespace

template <typename T>
void channelNormForward(Context& context, const ChannelNormShape& shape,
                        const ChannelNormParameters<const float>& parameters, const float* x, T* y, float* mean,
                        float* inverse)
{
    const NormGeometry geometry = normGeometry(shape.kind, shape.channels, shape.length);
    launch(context, normLaunch(shape.batch, geometry), &channelNormKernel<T>, geometry,
           NormParameters{parameters.weight, parameters.bias, parameters.gate}, x, y, mean, inverse);
}

template <typename T>
void channelNormBackward(Context& context, const ChannelNormShape& shape,
                         const ChannelNormParameters<const float>& parameters, const float* x, const float* mean,
                         const float* inverse, const T* g, const float* add, float* dx,
                         const ChannelNormParameters<float>& gradients)
{
    const NormGeometry geometry = normGeometry(shape.kind, shape.channels, shape.length);
    const Launch at = normLaunch(shape.batch, geometry);
    const std::int64_t d = shape.channels;
    auto* partial =
        static_cast<float*>(context.workspace(static_cast<std::size_t>((at.blocks + 1) * 3 * d) * sizeof(float)));
    float* sums = partial + at.blocks * 3 * d;
    launch(context, at, &channelNormBackwardKernel<T>, geometry,
           NormParameters{parameters.weight, parameters.bias, parameters.gate}, x, mean, inverse, g, add, dx, partial);
    sumParts(context, at.blocks, 3 * d, partial, sums);
    normGradients(context, shape.kind, d, sums, gradients);
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
