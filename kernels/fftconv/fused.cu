// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fused.cuh"

#include <algorithm>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kMaxThreads = kMaxTransform / kEach;

__global__ void __launch_bounds__(kMaxThreads)
    fusedSpectrumKernel(FusedGeometry geometry, const float* kernel, float2* spectrum)
{
    const Transform transform = geometry.transform();
    const std::int64_t channel = blockIdx.x;
    const float* lags = kernel + channel * (geometry.before + 1 + geometry.after);
    const float scale = 1.0F / static_cast<float>(geometry.size);
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        const int lag = i <= geometry.after ? i : i - geometry.size; // in circular order
        v[r] = make_float2(lag >= -geometry.before ? lags[lag + geometry.before] * scale : 0.0F, 0);
    }
    transform.forward(v);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r)
        spectrum[channel * geometry.size + transform.position(r)] = v[r];
}

/// y = product of x's rows with the kernel of the spectrum, or with its mirror image where `turned_lags`. Blocks of one
/// channel follow each other, so its spectrum is read from the cache.
__global__ void __launch_bounds__(kMaxThreads)
    fusedForwardKernel(FusedGeometry geometry, const float2* spectrum, bool turned_lags, Stored x, Stored y)
{
    const Transform transform = geometry.transform();
    const int channel = static_cast<int>(blockIdx.x) / geometry.pairs();
    const int pair = static_cast<int>(blockIdx.x) % geometry.pairs();
    float2 v[kEach];
    const RowPair rows(geometry, channel, pair);
    readRows(transform, x, rows, geometry.length, v);
    transform.forward(v);
    const float2* response = spectrum + static_cast<std::int64_t>(channel) * geometry.size;
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const float2 h = response[transform.position(r)];
        v[r] = v[r] * (turned_lags ? conjugate(h) : h);
    }
    transform.backward(v);
    writeRows(transform, v, geometry.length, y, rows);
}

/// dx as above from g, and the sum over a slice of the batch of G conj(X). Of two rows that share a transform the real
/// part of the correlation is the sum of both rows' own; what they have in common is imaginary and dropped in the end.
/// partial: (slices, channels, size), in the transform's order.
template <int kThreads>
__global__ void __launch_bounds__(kThreads)
    fusedBackwardKernel(FusedGeometry geometry, int slices, const float2* spectrum, Stored x, Stored g, Stored dx,
                        float2* partial)
{
    const Transform transform = geometry.transform();
    const int channel = static_cast<int>(blockIdx.x) / slices;
    const int slice = static_cast<int>(blockIdx.x) % slices;
    const int end = geometry.pairs() * (slice + 1) / slices;
    const float2* response = spectrum + static_cast<std::int64_t>(channel) * geometry.size;
    float2 sum[kEach] = {};
    for (int pair = geometry.pairs() * slice / slices; pair < end; ++pair) {
        float2 input[kEach];
        float2 v[kEach];
        const RowPair rows(geometry, channel, pair);
        readRows(transform, x, rows, geometry.length, input);
        transform.forward(input);
        readRows(transform, g, rows, geometry.length, v);
        __syncthreads();
        transform.forward(v);
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r)
            sum[r] = sum[r] + v[r] * conjugate(input[r]);
        if (dx.data != nullptr) {
            TOEPLAB_UNROLL
            for (int r = 0; r < kEach; ++r)
                v[r] = v[r] * conjugate(response[transform.position(r)]);
            transform.backward(v);
            writeRows(transform, v, geometry.length, dx, rows);
        } else {
            __syncthreads();
        }
    }
    const std::int64_t at = (static_cast<std::int64_t>(slice) * geometry.channels + channel) * geometry.size;
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r)
        partial[at + transform.position(r)] = sum[r];
}

/// dkernel from the slices' sums, added in their order.
__global__ void __launch_bounds__(kMaxThreads)
    fusedLagsKernel(FusedGeometry geometry, int slices, const float2* partial, float* dkernel)
{
    const Transform transform = geometry.transform();
    const std::int64_t channel = blockIdx.x;
    float* lags = dkernel + channel * (geometry.before + 1 + geometry.after);
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        v[r] = make_float2(0, 0);
        for (int slice = 0; slice < slices; ++slice)
            v[r] = v[r] + partial[(slice * geometry.channels + channel) * geometry.size + transform.position(r)];
    }
    transform.backward(v);
    const float scale = 1.0F / static_cast<float>(geometry.size);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        const int lag = i <= geometry.after ? i : i - geometry.size;
        if (lag >= -geometry.before)
            lags[lag + geometry.before] = v[r].x * scale;
    }
}

std::int64_t leastSize(const ToeplitzShape& shape)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length >= 1 && shape.length <= 1 << 26, "length is at least 1 and at most 2^26", shape.length,
            1 << 26);
    require(shape.before >= 0 && shape.before < shape.length, "negative lags must stay below the length", shape.before,
            shape.length);
    require(shape.after >= 0 && shape.after < shape.length, "positive lags must stay below the length", shape.after,
            shape.length);
    return shape.length + std::max(shape.before, shape.after);
}

} // namespace

int fusedSize(const Context& context, std::int64_t least)
{
    int size = kMinTransform;
    while (size < least && size < kMaxTransform)
        size *= 2;
    const bool fits = static_cast<std::size_t>(transformPlaces(size)) * sizeof(float2) <= context.sharedLimit();
    return size >= least && fits ? size : 0;
}

FusedGeometry fusedGeometry(Context& context, const ToeplitzShape& shape, int size)
{
    FusedGeometry geometry;
    geometry.size = size;
    while (1 << geometry.log < size)
        ++geometry.log;
    geometry.root = reinterpret_cast<const float2*>(context.roots(size));
    geometry.batch = static_cast<int>(shape.batch);
    geometry.channels = static_cast<int>(shape.channels);
    geometry.length = static_cast<int>(shape.length);
    geometry.before = static_cast<int>(shape.before);
    geometry.after = static_cast<int>(shape.after);
    return geometry;
}

void fusedSpectrum(const Context& context, const FusedGeometry& geometry, const float* kernel, float2* spectrum)
{
    launch(context, {geometry.channels, geometry.threads(), geometry.shared()}, &fusedSpectrumKernel, geometry, kernel,
           spectrum);
}

template <typename T>
void toeplitzForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y)
{
    const int size = fusedSize(context, leastSize(shape));
    if (size == 0)
        return longForward(context, shape, kernel, x, y);
    const FusedGeometry geometry = fusedGeometry(context, shape, size);
    auto* spectrum =
        static_cast<float2*>(context.workspace(static_cast<std::size_t>(shape.channels * size) * sizeof(float2)));
    fusedSpectrum(context, geometry, kernel, spectrum);
    launch(context, {shape.channels * geometry.pairs(), geometry.threads(), geometry.shared()}, &fusedForwardKernel,
           geometry, spectrum, false, stored(x), stored(y));
}

template <typename T>
void toeplitzBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                      float* dkernel)
{
    const int size = fusedSize(context, leastSize(shape));
    if (size == 0)
        return longBackward(context, shape, kernel, x, g, dx, dkernel);
    const FusedGeometry geometry = fusedGeometry(context, shape, size);
    // As many slices of the batch as it takes to keep the device busy.
    const std::int64_t wanted = shape.channels > 0 ? blocksFor(4 * context.processors(), shape.channels) : 1;
    const int slices = static_cast<int>(std::clamp<std::int64_t>(wanted, 1, std::max(geometry.pairs(), 1)));
    auto* spectrum = static_cast<float2*>(
        context.workspace(static_cast<std::size_t>((1 + slices) * shape.channels * size) * sizeof(float2)));
    float2* partial = spectrum + shape.channels * size;
    if (dx != nullptr)
        fusedSpectrum(context, geometry, kernel, spectrum);
    if (dkernel == nullptr) {
        if (dx != nullptr)
            launch(context, {shape.channels * geometry.pairs(), geometry.threads(), geometry.shared()},
                   &fusedForwardKernel, geometry, spectrum, true, stored(g), stored(dx));
        return;
    }
    // The fewer threads a block has, the more registers each may use.
    const auto backward = geometry.threads() <= 256   ? &fusedBackwardKernel<256>
                          : geometry.threads() <= 512 ? &fusedBackwardKernel<512>
                                                      : &fusedBackwardKernel<kMaxThreads>;
    launch(context, {shape.channels * slices, geometry.threads(), geometry.shared()}, backward, geometry, slices,
           spectrum, stored(x), stored(g), stored(dx), partial);
    launch(context, {shape.channels, geometry.threads(), geometry.shared()}, &fusedLagsKernel, geometry, slices,
           partial, dkernel);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void toeplitzForward(Context&, const ToeplitzShape&, const float*, const T*, T*);                         \
    template void toeplitzBackward(Context&, const ToeplitzShape&, const float*, const T*, const T*, T*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
