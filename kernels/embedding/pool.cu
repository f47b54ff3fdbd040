// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/device/reduce.cuh"
#include "kernels/embedding/embedding_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 128;
constexpr int kRows = kThreads / kWarp; ///< of a block, one for each warp

struct PoolGeometry {
    std::int64_t rows = 0;
    int width = 0, length = 0;
    Pooling pooling = Pooling::Mean;

    /// Positions of a row that count.
    [[nodiscard]] __device__ __forceinline__ int valid(const std::int64_t* lengths, std::int64_t row) const
    {
        const std::int64_t asked = lengths != nullptr ? lengths[row / width] : length;
        return static_cast<int>(asked < 1 ? 1 : asked > length ? length : asked);
    }
};

PoolGeometry geometryOf(const PoolShape& shape)
{
    require(shape.length >= 1 && shape.length <= 1 << 28, "length is at least 1 and at most 2^28", shape.length,
            1 << 28);
    return {shape.batch * shape.width, static_cast<int>(shape.width), static_cast<int>(shape.length), shape.pooling};
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    poolKernel(PoolGeometry geometry, const std::int64_t* lengths, const T* x, float* y)
{
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kRows + threadIdx.x / kWarp;
    if (row >= geometry.rows) // the same for the whole warp
        return;
    const int valid = geometry.valid(lengths, row);
    const T* values = x + row * geometry.length;
    const bool summed = geometry.pooling == Pooling::Mean || geometry.pooling == Pooling::Sum;
    float value = 0;
    for (int i = static_cast<int>(threadIdx.x % kWarp); summed && i < valid; i += kWarp)
        value += toFloat(values[i]);
    value = warpSum(value);
    if (geometry.pooling == Pooling::Mean)
        value /= static_cast<float>(valid);
    if (!summed)
        value = toFloat(values[geometry.pooling == Pooling::First ? 0 : valid - 1]);
    if (threadIdx.x % kWarp == 0)
        y[row] = value;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    poolBackwardKernel(PoolGeometry geometry, const std::int64_t* lengths, const float* g, T* dx)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t row = index / geometry.length;
    if (row >= geometry.rows)
        return;
    const int i = static_cast<int>(index % geometry.length);
    const int valid = geometry.valid(lengths, row);
    float value = 0;
    switch (geometry.pooling) {
    case Pooling::First:
        value = i == 0 ? g[row] : 0.0F;
        break;
    case Pooling::Last:
        value = i == valid - 1 ? g[row] : 0.0F;
        break;
    case Pooling::Sum:
        value = i < valid ? g[row] : 0.0F;
        break;
    case Pooling::Mean:
        value = i < valid ? g[row] / static_cast<float>(valid) : 0.0F;
        break;
    }
    fromFloat(value, dx[index]);
}

} // namespace

template <typename T>
void pool(Context& context, const PoolShape& shape, const std::int64_t* lengths, const T* x, float* y)
{
    const PoolGeometry geometry = geometryOf(shape);
    launch(context, {blocksFor(geometry.rows, kRows), kThreads}, &poolKernel<T>, geometry, lengths, x, y);
}

template <typename T>
void poolBackward(Context& context, const PoolShape& shape, const std::int64_t* lengths, const float* g, T* dx)
{
    const PoolGeometry geometry = geometryOf(shape);
    launch(context, {blocksFor(geometry.rows * geometry.length, kThreads), kThreads}, &poolBackwardKernel<T>, geometry,
           lengths, g, dx);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void pool(Context&, const PoolShape&, const std::int64_t*, const T*, float*);                             \
    template void poolBackward(Context&, const PoolShape&, const std::int64_t*, const float*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
