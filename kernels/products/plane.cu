// SPDX-License-Identifier: Apache-2.0
#include "kernels/products/plane_gpu.h"

#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/device/reduce.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;

struct PlaneGeometry {
    int channels = 0, height = 0, width = 0;

    /// Floats from row to row in shared memory: odd, so that threads in different rows meet in no bank.
    [[nodiscard]] __device__ __host__ int stride() const { return width | 1; }
    [[nodiscard]] __device__ __host__ int plane() const { return height * stride(); }
    /// Room for the lags of an axis with four zeros at either end, which the last of four outputs may look at.
    [[nodiscard]] __device__ __host__ static int lagFloats(int n) { return 2 * n - 1 + 8; }
    [[nodiscard]] __device__ __host__ int floats(int planes) const
    {
        return planes * plane() + lagFloats(height) + lagFloats(width);
    }
};

/// Into shared memory; returns where lag 0 is, null where there are no lags.
__device__ __forceinline__ const float* loadLags(const float* lags, int channel, int n, float* to)
{
    for (int i = static_cast<int>(threadIdx.x); i < PlaneGeometry::lagFloats(n); i += static_cast<int>(blockDim.x)) {
        const int lag = i - 4;
        to[i] = lags != nullptr && lag >= 0 && lag < 2 * n - 1 ? lags[channel * (2 * n - 1) + lag] : 0.0F;
    }
    return lags != nullptr ? to + 4 + n - 1 : nullptr;
}

template <typename T>
__device__ __forceinline__ void loadPlane(const PlaneGeometry& geometry, const T* from, float* to)
{
    for (int i = static_cast<int>(threadIdx.x); i < geometry.height * geometry.width; i += static_cast<int>(blockDim.x))
        to[i / geometry.width * geometry.stride() + i % geometry.width] = toFloat(from[i]);
}
template <typename T>
__device__ __forceinline__ void storePlane(const PlaneGeometry& geometry, const float* from, T* to)
{
    for (int i = static_cast<int>(threadIdx.x); i < geometry.height * geometry.width; i += static_cast<int>(blockDim.x))
        fromFloat(from[i / geometry.width * geometry.stride() + i % geometry.width], to[i]);
}

/// One of the two axes of a plane: n values `step` apart, and the other axis' lines, `line_step` apart.
struct Axis {
    int n, step, lines, line_step;

    [[nodiscard]] __device__ static Axis rows(const PlaneGeometry& geometry) // along the width
    {
        return {geometry.width, 1, geometry.height, geometry.stride()};
    }
    [[nodiscard]] __device__ static Axis columns(const PlaneGeometry& geometry)
    {
        return {geometry.height, geometry.stride(), geometry.width, 1};
    }
};

/// out = T in along the axis, T^T where `turned`; in and out are different planes. A thread makes four neighbouring
/// outputs of a line, with the lags that they need sliding through registers.
__device__ __forceinline__ void multiplyAxis(const Axis& axis, const float* zero_lag, bool turned, const float* in,
                                             float* out)
{
    const int fours = (axis.n + 3) / 4;
    const int sign = turned ? -1 : 1;
    for (int item = static_cast<int>(threadIdx.x); item < fours * axis.lines; item += static_cast<int>(blockDim.x)) {
        const int line = item % axis.lines;
        const int first = item / axis.lines * 4;
        const float* values = in + line * axis.line_step;
        float sums[4] = {};
        float lags[4];
        TOEPLAB_UNROLL
        for (int o = 0; o < 4; ++o)
            lags[o] = zero_lag[sign * (first + o)];
        for (int a = 0; a < axis.n; ++a) {
            const float value = values[a * axis.step];
            TOEPLAB_UNROLL
            for (int o = 0; o < 4; ++o)
                sums[o] += lags[o] * value;
            lags[3] = lags[2];
            lags[2] = lags[1];
            lags[1] = lags[0];
            lags[0] = zero_lag[sign * (first - a - 1)];
        }
        TOEPLAB_UNROLL
        for (int o = 0; o < 4; ++o)
            if (first + o < axis.n)
                out[line * axis.line_step + (first + o) * axis.step] = sums[o];
    }
}

/// partial[t + n - 1] = sum over lines and i of g[i] x[i - t]; a warp for each lag.
__device__ __forceinline__ void sumLags(const PlaneGeometry& geometry, bool along_rows, const float* g, const float* x,
                                        float* partial)
{
    const int n = along_rows ? geometry.width : geometry.height;
    const int shift = along_rows ? 1 : geometry.stride();
    const int warps = static_cast<int>(blockDim.x) / kWarp;
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    for (int index = static_cast<int>(threadIdx.x) / kWarp; index < 2 * n - 1; index += warps) {
        const int t = index - (n - 1);
        const int first_row = !along_rows && t > 0 ? t : 0;
        const int last_row = !along_rows && t < 0 ? geometry.height + t : geometry.height;
        const int first = along_rows && t > 0 ? t : 0;
        const int last = along_rows && t < 0 ? geometry.width + t : geometry.width;
        float sum = 0;
        for (int i = first_row; i < last_row; ++i)
            for (int j = first + lane; j < last; j += kWarp) {
                const int at = i * geometry.stride() + j;
                sum += g[at] * x[at - t * shift];
            }
        sum = warpSum(sum);
        if (lane == 0)
            partial[index] = sum;
    }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    planeForwardKernel(PlaneGeometry geometry, const float* lags_h, const float* lags_w, const T* x, T* y)
{
    auto* values = sharedMemory<float>();
    float* other = values + geometry.plane();
    float* lags = other + geometry.plane();
    const int channel = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.channels));
    const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * geometry.height * geometry.width;
    const float* zero_h = loadLags(lags_h, channel, geometry.height, lags);
    const float* zero_w = loadLags(lags_w, channel, geometry.width, lags + PlaneGeometry::lagFloats(geometry.height));
    loadPlane(geometry, x + at, values);
    __syncthreads();
    const float* result = values;
    if (zero_w != nullptr) {
        multiplyAxis(Axis::rows(geometry), zero_w, false, values, other);
        result = other;
        __syncthreads();
    }
    if (zero_h != nullptr) {
        float* to = result == values ? other : values;
        multiplyAxis(Axis::columns(geometry), zero_h, false, result, to);
        result = to;
        __syncthreads();
    }
    storePlane(geometry, result, y + at);
}

/// partial_h, partial_w: (planes, lags of the axis).
template <typename T>
__global__ void __launch_bounds__(kThreads)
    planeBackwardKernel(PlaneGeometry geometry, const float* lags_h, const float* lags_w, const T* x, const T* g, T* dx,
                        float* partial_h, float* partial_w)
{
    auto* values = sharedMemory<float>();
    float* gradients = values + geometry.plane();
    float* other = gradients + geometry.plane();
    float* lags = other + geometry.plane();
    const int channel = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.channels));
    const std::int64_t plane = blockIdx.x;
    const std::int64_t at = plane * geometry.height * geometry.width;
    const float* zero_h = loadLags(lags_h, channel, geometry.height, lags);
    const float* zero_w = loadLags(lags_w, channel, geometry.width, lags + PlaneGeometry::lagFloats(geometry.height));
    loadPlane(geometry, x + at, values);
    loadPlane(geometry, g + at, gradients);
    __syncthreads();
    if (zero_h != nullptr) {
        const float* along_width = values;
        if (zero_w != nullptr) {
            multiplyAxis(Axis::rows(geometry), zero_w, false, values, other); // X T_w^T
            along_width = other;
            __syncthreads();
        }
        sumLags(geometry, false, gradients, along_width, partial_h + plane * (2 * geometry.height - 1));
        __syncthreads();
        multiplyAxis(Axis::columns(geometry), zero_h, true, gradients, other); // T_h^T G
        __syncthreads();
        float* swapped = gradients;
        gradients = other;
        other = swapped;
    }
    if (zero_w != nullptr) {
        sumLags(geometry, true, gradients, values, partial_w + plane * (2 * geometry.width - 1));
        multiplyAxis(Axis::rows(geometry), zero_w, true, gradients, other);
        __syncthreads();
        gradients = other;
    }
    storePlane(geometry, gradients, dx + at);
}

PlaneGeometry geometryOf(const Context& context, const PlaneShape& shape, int planes)
{
    require(shape.height >= 1 && shape.height <= 1024 && shape.width >= 1 && shape.width <= 1024,
            "axes are 1 .. 1024 long", shape.height, shape.width);
    const PlaneGeometry geometry{static_cast<int>(shape.channels), static_cast<int>(shape.height),
                                 static_cast<int>(shape.width)};
    require(static_cast<std::size_t>(geometry.floats(planes)) * sizeof(float) <= context.sharedLimit(),
            "a plane fits into the memory that a block shares; longer axes need a convolution", shape.height,
            shape.width);
    return geometry;
}

Launch launchOf(const PlaneShape& shape, const PlaneGeometry& geometry, int planes)
{
    return {shape.batch * shape.channels, threadsFor(shape.height * shape.width / 4, kThreads),
            static_cast<std::size_t>(geometry.floats(planes)) * sizeof(float)};
}

} // namespace

template <typename T>
void planeForward(Context& context, const PlaneShape& shape, const float* lags_h, const float* lags_w, const T* x, T* y)
{
    const PlaneGeometry geometry = geometryOf(context, shape, 2);
    launch(context, launchOf(shape, geometry, 2), &planeForwardKernel<T>, geometry, lags_h, lags_w, x, y);
}

template <typename T>
void planeBackward(Context& context, const PlaneShape& shape, const float* lags_h, const float* lags_w, const T* x,
                   const T* g, T* dx, float* dlags_h, float* dlags_w)
{
    const PlaneGeometry geometry = geometryOf(context, shape, 3);
    const std::int64_t count_h = shape.channels * (2 * shape.height - 1);
    const std::int64_t count_w = shape.channels * (2 * shape.width - 1);
    auto* partial_h = static_cast<float*>(
        context.workspace(static_cast<std::size_t>(shape.batch * (count_h + count_w)) * sizeof(float)));
    float* partial_w = partial_h + shape.batch * count_h;
    launch(context, launchOf(shape, geometry, 3), &planeBackwardKernel<T>, geometry, lags_h, lags_w, x, g, dx,
           partial_h, partial_w);
    if (lags_h != nullptr)
        sumParts(context, shape.batch, count_h, partial_h, dlags_h);
    if (lags_w != nullptr)
        sumParts(context, shape.batch, count_w, partial_w, dlags_w);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void planeForward(Context&, const PlaneShape&, const float*, const float*, const T*, T*);                 \
    template void planeBackward(Context&, const PlaneShape&, const float*, const float*, const T*, const T*, T*,       \
                                float*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
