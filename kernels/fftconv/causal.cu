// SPDX-License-Identifier: Apache-2.0
// The causal kernel of FD. Responses are real and even, so are their transforms: two channels share a complex transform
// (real and imaginary part) and never mix. Short ones (N < 512) are sums of cosines, N^2 / 4 multiply-adds a channel.
#include "kernels/fftconv/fused.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kShortThreads = 128;

__device__ __forceinline__ float causalWeight(int t)
{
    return t == 0 ? 1.0F : 2.0F;
}
/// How often frequency k stands in the whole spectrum.
__device__ __forceinline__ float weightOfBin(int k, int size)
{
    return k == 0 || k == size / 2 ? 1.0F : 2.0F;
}

/// forward: kernel (channels, length) from response (channels, size / 2 + 1).
template <int kLog>
__global__ void __launch_bounds__(Transform<kLog>::kThreads)
    causalForwardKernel(FusedGeometry geometry, const float* response, float* kernel)
{
    const auto transform = geometry.transform<kLog>();
    const int first = 2 * static_cast<int>(blockIdx.x);
    const bool both = first + 1 < geometry.channels;
    const int bins = geometry.size() / 2 + 1;
    const float* values = response + static_cast<std::int64_t>(first) * bins;
    float* lags = kernel + static_cast<std::int64_t>(first) * geometry.length;
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        // An even sequence is its own mirror image: a forward transform from the natural order does as well.
        const int i = transform.position(r);
        const int k = i < bins ? i : geometry.size() - i;
        v[r] = make_float2(values[k], both ? values[bins + k] : 0.0F);
    }
    transform.template forward<false>(v);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int t = transform.frequency(r);
        const float scale = causalWeight(t) / static_cast<float>(geometry.size());
        if (t < geometry.length) {
            lags[t] = v[r].x * scale;
            if (both)
                lags[geometry.length + t] = v[r].y * scale;
        }
    }
}

/// backward: dresponse from dkernel, the adjoint of the above.
template <int kLog>
__global__ void __launch_bounds__(Transform<kLog>::kThreads)
    causalBackwardKernel(FusedGeometry geometry, const float* dkernel, float* dresponse)
{
    const auto transform = geometry.transform<kLog>();
    const int first = 2 * static_cast<int>(blockIdx.x);
    const bool both = first + 1 < geometry.channels;
    const int bins = geometry.size() / 2 + 1;
    const float* lags = dkernel + static_cast<std::int64_t>(first) * geometry.length;
    float* values = dresponse + static_cast<std::int64_t>(first) * bins;
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        // Half of each lag's gradient to the lag and half to its mirror image.
        const int i = transform.position(r);
        const int t = i < geometry.length ? i : geometry.size() - i;
        const float half = t == 0 ? 1.0F : 0.5F;
        const bool there = t < geometry.length;
        v[r] = make_float2(there ? lags[t] * causalWeight(t) * half : 0.0F,
                           there && both ? lags[geometry.length + t] * causalWeight(t) * half : 0.0F);
    }
    transform.template forward<false>(v);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int k = transform.frequency(r);
        if (k < bins) {
            const float scale = weightOfBin(k, geometry.size()) / static_cast<float>(geometry.size());
            values[k] = v[r].x * scale;
            if (both)
                values[bins + k] = v[r].y * scale;
        }
    }
}

/// cos(2 pi i / size) from the table of roots.
__device__ __forceinline__ float cosine(const float2* root, int i, int size)
{
    const int at = i % size;
    return at < size / 2 ? root[at].x : -root[at - size / 2].x;
}

__global__ void __launch_bounds__(kShortThreads)
    shortForwardKernel(FusedGeometry geometry, const float* response, float* kernel)
{
    const int bins = geometry.size() / 2 + 1;
    const float* values = response + static_cast<std::int64_t>(blockIdx.x) * bins;
    for (int t = static_cast<int>(threadIdx.x); t < geometry.length; t += static_cast<int>(blockDim.x)) {
        float sum = 0;
        for (int k = 0; k < bins; ++k)
            sum += weightOfBin(k, geometry.size()) * values[k] * cosine(geometry.root, k * t, geometry.size());
        kernel[static_cast<std::int64_t>(blockIdx.x) * geometry.length + t] =
            causalWeight(t) * sum / static_cast<float>(geometry.size());
    }
}

__global__ void __launch_bounds__(kShortThreads)
    shortBackwardKernel(FusedGeometry geometry, const float* dkernel, float* dresponse)
{
    const int bins = geometry.size() / 2 + 1;
    const float* lags = dkernel + static_cast<std::int64_t>(blockIdx.x) * geometry.length;
    for (int k = static_cast<int>(threadIdx.x); k < bins; k += static_cast<int>(blockDim.x)) {
        float sum = 0;
        for (int t = 0; t < geometry.length; ++t)
            sum += causalWeight(t) * lags[t] * cosine(geometry.root, k * t, geometry.size());
        dresponse[static_cast<std::int64_t>(blockIdx.x) * bins + k] =
            weightOfBin(k, geometry.size()) * sum / static_cast<float>(geometry.size());
    }
}

FusedGeometry geometryOf(Context& context, const CausalShape& shape)
{
    static_assert(2 * CausalShape::kMostLags == kMaxTransform);
    require(shape.channels >= 0 && shape.length >= 1 && causalKernelFits(context, shape),
            "FD's causal kernel has lags, and as many as a block can share", shape.length, CausalShape::kMostLags);
    int log = 1;
    while (1 << log < shape.transform())
        ++log;
    return fusedGeometry(context, {1, shape.channels, shape.length, 0, 0}, log);
}

Launch shortLaunch(const FusedGeometry& geometry)
{
    return {geometry.channels, threadsFor(geometry.size() / 2, kShortThreads)};
}

} // namespace

bool causalKernelFits(const Context& context, const CausalShape& shape)
{
    if (shape.length > CausalShape::kMostLags)
        return false;
    const std::int64_t size = shape.transform();
    return size < kMinTransform || fusedLog(context, size) != 0;
}

void causalKernelForward(Context& context, const CausalShape& shape, const float* response, float* kernel)
{
    const FusedGeometry geometry = geometryOf(context, shape);
    if (geometry.size() < kMinTransform)
        return launch(context, shortLaunch(geometry), &shortForwardKernel, geometry, response, kernel);
    forLog(geometry.log, [&](auto log) {
        launch(context, geometry.launch((shape.channels + 1) / 2), &causalForwardKernel<log()>, geometry, response,
               kernel);
    });
}

void causalKernelBackward(Context& context, const CausalShape& shape, const float* dkernel, float* dresponse)
{
    const FusedGeometry geometry = geometryOf(context, shape);
    if (geometry.size() < kMinTransform)
        return launch(context, shortLaunch(geometry), &shortBackwardKernel, geometry, dkernel, dresponse);
    forLog(geometry.log, [&](auto log) {
        launch(context, geometry.launch((shape.channels + 1) / 2), &causalBackwardKernel<log()>, geometry, dkernel,
               dresponse);
    });
}

} // namespace toeplab::kernels::gpu
