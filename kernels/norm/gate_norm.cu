// SPDX-License-Identifier: Apache-2.0
// The gate of the Toeplitz unit and the norm behind it: the norm's passes over the channels read the gate's factors and
// multiply them anew, so that what lies between the two is never written.
#include "kernels/device/number.cuh"
#include "kernels/norm/channel_norm.cuh"
#include "kernels/norm/norm_gpu.h"
#include "kernels/pointwise/pointwise.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = kNormWarps * kWarp;

/// act(z1 + bias) and drop(y) of a thread's position.
template <typename T>
struct GateFactors {
    const T* z; ///< z1 of the position's sample, at the position
    const T* y;
    const float* bias;
    std::int64_t length, row; ///< row: of channel 0, of (batch, channels)
    int index;
    Activation activation;
    Drop drop;

    __device__ GateFactors(const NormGeometry& geometry, const NormPosition& at, Activation which, const Drop& dropout,
                           const T* all_z, const float* given, const T* all_y)
        : z(all_z + (at.first + at.sample * geometry.channels * geometry.length)), y(all_y + at.first), bias(given),
          length(geometry.length), row(at.sample * geometry.channels), index(at.index), activation(which), drop(dropout)
    {
    }

    struct Values {
        math::Point<float> gate;
        float other, keep; ///< y, and what it is multiplied by

        [[nodiscard]] __device__ float product() const { return gate.value * other * keep; }
    };
    [[nodiscard]] __device__ __forceinline__ Values operator()(int c) const
    {
        const float shift = bias != nullptr ? bias[c] : 0.0F;
        return {activated(activation, toFloat(z[c * length]) + shift), toFloat(y[c * length]),
                drop.keep(drop.row(row + c), index)};
    }
};

template <typename T>
__global__ void __launch_bounds__(kThreads)
    gateNormKernel(NormGeometry geometry, Activation activation, Drop drop, NormParameters parameters, const T* z,
                   const float* bias, const T* y, T* o, float* mean, float* inverse)
{
    const NormPosition at(geometry);
    const GateFactors<T> factors(geometry, at, activation, drop, z, bias, y);
    NormAt norm{geometry.kind, parameters};
    measure(
        norm, at, geometry.channels, [&](int c) { return factors(c).product(); }, sharedMemory<float>());
    if (!at.there)
        return;
    if (at.warp == 0) {
        if (mean != nullptr)
            mean[at.position] = norm.centre;
        inverse[at.position] = norm.scale;
    }
    for (int c = at.warp; c < geometry.channels; c += kNormWarps)
        fromFloat(norm(factors(c).product(), c), o[at.first + static_cast<std::int64_t>(c) * geometry.length]);
}

template <typename T>
struct GateNormGradients {
    T* dz;          ///< its first half
    T* dy;          ///< may be g
    T* o;           ///< the forward's result once more, may be null
    float* partial; ///< (blocks, 4, channels): this tile's sums for weight, bias and gate of the norm, and for dbias
};

template <typename T>
__global__ void __launch_bounds__(kThreads)
    gateNormBackwardKernel(NormGeometry geometry, Activation activation, Drop drop, NormParameters parameters,
                           const T* z, const float* bias, const T* y, const float* mean, const float* inverse,
                           const T* g, GateNormGradients<T> out)
{
    const NormPosition at(geometry);
    const std::int64_t n = geometry.length;
    const GateFactors<T> factors(geometry, at, activation, drop, z, bias, y);
    const float centre = geometry.kind == ChannelNorm::Layer && at.there ? mean[at.position] : 0.0F;
    const NormAt norm{geometry.kind, parameters, centre, at.there ? inverse[at.position] : 0.0F};
    float* sums = out.partial + static_cast<std::int64_t>(blockIdx.x) * 4 * geometry.channels;
    const NormSums joined = sumOverChannels(
        norm, at, geometry.channels, [&](int c) { return factors(c).product(); },
        [&](int c) { return toFloat(g[at.first + c * n]); }, sums, sharedMemory<float>());
    T* dz = out.dz + at.sample * geometry.channels * n;
    for (int c = at.warp; c < geometry.channels; c += kNormWarps) {
        const std::int64_t place = at.first + c * n;
        float through = 0; // to act's argument
        if (at.there) {
            const typename GateFactors<T>::Values values = factors(c);
            const float gradient = norm.gradient(toFloat(g[place]), values.product(), c, joined.plain, joined.along);
            through = gradient * values.other * values.keep * values.gate.derivative;
            fromFloat(through, dz[place]);
            fromFloat(gradient * values.gate.value * values.keep, out.dy[place]);
            if (out.o != nullptr)
                fromFloat(norm(values.product(), c), out.o[place]);
        }
        through = warpSum(through);
        if (at.lane == 0)
            sums[3 * geometry.channels + c] = through;
    }
}

} // namespace

template <typename T>
void gateNormForward(Context& context, const GateShape& shape, const Dropout& dropout, ChannelNorm kind,
                     const ChannelNormParameters<const float>& parameters, const T* z, const float* bias, const T* y,
                     T* o, float* mean, float* inverse)
{
    const NormGeometry geometry = normGeometry(kind, shape.channels, shape.length);
    launch(context, normLaunch(shape.batch, geometry), &gateNormKernel<T>, geometry, shape.activation,
           Drop::of(dropout), NormParameters{parameters.weight, parameters.bias, parameters.gate}, z, bias, y, o, mean,
           inverse);
}

template <typename T>
void gateNormBackward(Context& context, const GateShape& shape, const Dropout& dropout, ChannelNorm kind,
                      const ChannelNormParameters<const float>& parameters, const T* z, const float* bias, const T* y,
                      const float* mean, const float* inverse, const T* g, T* dz, T* dy, T* o, float* dbias,
                      const ChannelNormParameters<float>& gradients)
{
    const NormGeometry geometry = normGeometry(kind, shape.channels, shape.length);
    const Launch at = normLaunch(shape.batch, geometry);
    const std::int64_t d = shape.channels;
    auto* partial =
        static_cast<float*>(context.workspace(static_cast<std::size_t>((at.blocks + 1) * 4 * d) * sizeof(float)));
    float* sums = partial + at.blocks * 4 * d;
    launch(context, at, &gateNormBackwardKernel<T>, geometry, shape.activation, Drop::of(dropout),
           NormParameters{parameters.weight, parameters.bias, parameters.gate}, z, bias, y, mean, inverse, g,
           GateNormGradients<T>{dz, dy, o, partial});
    sumParts(context, at.blocks, 4 * d, partial, sums);
    normGradients(context, kind, d, sums, gradients);
    sumParts(context, 1, d, sums + 3 * d, dbias);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void gateNormForward(Context&, const GateShape&, const Dropout&, ChannelNorm,                             \
                                  const ChannelNormParameters<const float>&, const T*, const float*, const T*, T*,     \
                                  float*, float*);                                                                     \
    template void gateNormBackward(Context&, const GateShape&, const Dropout&, ChannelNorm,                            \
                                   const ChannelNormParameters<const float>&, const T*, const float*, const T*,        \
                                   const float*, const float*, const T*, T*, T*, T*, float*,                           \
                                   const ChannelNormParameters<float>&);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
