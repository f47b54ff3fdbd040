// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise/pointwise.cuh"
#include "kernels/pointwise/pointwise_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;
constexpr int kTile = 4 * kThreads; ///< values of a block

/// g null: y = act(x); else y = g act'(x).
template <typename T>
__global__ void __launch_bounds__(kThreads)
    activationKernel(Activation activation, std::int64_t count, bool whole, const T* x, const T* g, T* y)
{
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kTile;
    const int length = static_cast<int>(count - first < kTile ? count - first : kTile);
    const int i = 4 * static_cast<int>(threadIdx.x);
    if (i >= length)
        return;
    Quad values(readFour(x + first, i, length, whole));
    const Quad gradients(g != nullptr ? readFour(g + first, i, length, whole) : float4{0, 0, 0, 0});
    TOEPLAB_UNROLL
    for (int o = 0; o < 4; ++o) {
        const math::Point<float> point = activated(activation, values.values[o]);
        values.values[o] = g != nullptr ? gradients.values[o] * point.derivative : point.value;
    }
    writeFour(values.four(), y + first, i, length, whole);
}

/// A block does one tile of a row.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    dropoutKernel(Drop drop, int length, int tiles, bool whole, const T* residual, const T* x, T* y)
{
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(tiles);
    const int i =
        static_cast<int>(blockIdx.x % static_cast<unsigned>(tiles)) * kTile + 4 * static_cast<int>(threadIdx.x);
    if (i >= length)
        return;
    const std::uint32_t seed = drop.row(row);
    Quad values(readFour(x + row * length, i, length, whole));
    const Quad base(residual != nullptr ? readFour(residual + row * length, i, length, whole) : float4{0, 0, 0, 0});
    TOEPLAB_UNROLL
    for (int o = 0; o < 4; ++o)
        values.values[o] = base.values[o] + values.values[o] * drop.keep(seed, i + o);
    writeFour(values.four(), y + row * length, i, length, whole);
}

/// A block does one tile of a row, as above.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    addProductKernel(int channels, int length, int tiles, bool whole, const T* product, const float* bias,
                     const float* residual, float* y)
{
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(tiles);
    const int i =
        static_cast<int>(blockIdx.x % static_cast<unsigned>(tiles)) * kTile + 4 * static_cast<int>(threadIdx.x);
    if (i >= length)
        return;
    const float shift = bias != nullptr ? bias[row % channels] : 0.0F;
    Quad values(readFour(product + row * length, i, length, whole));
    const Quad base(residual != nullptr ? readFour(residual + row * length, i, length, whole) : float4{0, 0, 0, 0});
    TOEPLAB_UNROLL
    for (int o = 0; o < 4; ++o)
        values.values[o] += base.values[o] + shift;
    writeFour(values.four(), y + row * length, i, length, whole);
}

} // namespace

template <typename T>
void activate(Context& context, Activation activation, std::int64_t count, const T* x, T* y)
{
    launch(context, {blocksFor(count, kTile), kThreads}, &activationKernel<T>, activation, count, wholeFours(0, x, y),
           x, nullptr, y);
}

template <typename T>
void activateBackward(Context& context, Activation activation, std::int64_t count, const T* x, const T* g, T* dx)
{
    launch(context, {blocksFor(count, kTile), kThreads}, &activationKernel<T>, activation, count,
           wholeFours(0, x, g, dx), x, g, dx);
}

template <typename T>
void dropoutAdd(Context& context, const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* residual,
                const T* x, T* y)
{
    const std::int64_t tiles = blocksFor(length, kTile);
    launch(context, {rows * tiles, kThreads}, &dropoutKernel<T>, Drop::of(dropout), static_cast<int>(length),
           static_cast<int>(tiles), wholeFours(length, residual, x, y), residual, x, y);
}

template <typename T>
void addProduct(Context& context, std::int64_t batch, std::int64_t channels, std::int64_t length, const T* product,
                const float* bias, const float* residual, float* y)
{
    const std::int64_t tiles = blocksFor(length, kTile);
    const bool whole = wholeFours(length, product) && wholeFours(length, residual, y);
    launch(context, {batch * channels * tiles, kThreads}, &addProductKernel<T>, static_cast<int>(channels),
           static_cast<int>(length), static_cast<int>(tiles), whole, product, bias, residual, y);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void activate(Context&, Activation, std::int64_t, const T*, T*);                                          \
    template void activateBackward(Context&, Activation, std::int64_t, const T*, const T*, T*);                        \
    template void dropoutAdd(Context&, const Dropout&, std::int64_t, std::int64_t, const T*, const T*, T*);            \
    template void addProduct(Context&, std::int64_t, std::int64_t, std::int64_t, const T*, const float*, const float*, \
                             float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
