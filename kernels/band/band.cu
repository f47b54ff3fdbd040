// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/band.cuh"
#include "kernels/band/band_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kTile = 2048;
constexpr int kForwardThreads = 256;
constexpr int kBackwardThreads = 128; // fewer: the sums over a warp are then a smaller part of the work

/// Rows in tiles; a block does one tile.
struct Tiling {
    TapFrame frame;
    int channels = 0;
    int length = 0;
    int tiles = 0; ///< of a row
    bool whole = false;

    [[nodiscard]] __device__ __host__ int outputs() const // of the widest tile, a multiple of four
    {
        return tiles > 1 ? kTile : (length + 3) / 4 * 4;
    }
};

template <typename... T>
Tiling tilingOf(const BandShape& shape, const T*... tensors)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length >= 1 && shape.length <= 1 << 28, "length is at least 1 and at most 2^28", shape.length,
            1 << 28);
    return {TapFrame::of(shape.taps), static_cast<int>(shape.channels), static_cast<int>(shape.length),
            static_cast<int>(blocksFor(shape.length, kTile)), wholeFours(shape.length, tensors...)};
}

template <typename T>
__global__ void __launch_bounds__(kForwardThreads)
    bandForwardKernel(Tiling tiling, const float* kernel, bool turned, const T* x, T* y)
{
    auto* taps = sharedMemory<float>();
    float* window = taps + tiling.frame.count;
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(tiling.tiles);
    const int first = static_cast<int>(blockIdx.x % static_cast<unsigned>(tiling.tiles)) * kTile;
    const int channel = static_cast<int>(row % tiling.channels);
    loadTaps(tiling.frame, kernel + channel * tiling.frame.taps, turned, taps);
    loadWindow(x + row * tiling.length, first - tiling.frame.before, tiling.outputs() + tiling.frame.count,
               tiling.length, tiling.whole, window);
    __syncthreads();
    for (int i = 4 * static_cast<int>(threadIdx.x); i < tiling.outputs(); i += 4 * static_cast<int>(blockDim.x))
        writeFour(correlateFour(window + i, taps, tiling.frame.count, float4{0, 0, 0, 0}), y + row * tiling.length,
                  first + i, tiling.length, tiling.whole);
}

/// partial: (rows, tiles, taps) sums of one tile each, in rows of (batch, channels).
template <typename T, int kTaps>
__global__ void __launch_bounds__(kBackwardThreads)
    bandBackwardKernel(Tiling tiling, const float* kernel, const T* x, const T* g, T* dx, float* partial)
{
    const int window_size = tiling.outputs() + paddedTo<kTaps>(tiling.frame.count);
    auto* taps = sharedMemory<float>();
    float* g_window = taps + tiling.frame.count;
    float* x_window = g_window + window_size;
    float* scratch = x_window + window_size;
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(tiling.tiles);
    const int tile = static_cast<int>(blockIdx.x % static_cast<unsigned>(tiling.tiles));
    const int first = tile * kTile;
    const int channel = static_cast<int>(row % tiling.channels);
    loadTaps(tiling.frame, kernel + channel * tiling.frame.taps, true, taps);
    loadWindow(g + row * tiling.length, first - tiling.frame.before, window_size, tiling.length, tiling.whole,
               g_window);
    loadWindow(x + row * tiling.length, first - tiling.frame.before, window_size, tiling.length, tiling.whole,
               x_window);
    __syncthreads();
    if (dx != nullptr) {
        for (int i = 4 * static_cast<int>(threadIdx.x); i < tiling.outputs(); i += 4 * static_cast<int>(blockDim.x))
            writeFour(correlateFour(g_window + i, taps, tiling.frame.count, float4{0, 0, 0, 0}),
                      dx + row * tiling.length, first + i, tiling.length, tiling.whole);
    }
    // (batch, tiles, channels, taps): what is summed over comes first.
    const std::int64_t part = row / tiling.channels * tiling.tiles + tile;
    sumTaps<kTaps>(tiling.frame, x_window, g_window, tiling.outputs(), scratch,
                   partial + (part * tiling.channels + channel) * tiling.frame.taps);
}

template <typename T>
void correlateRows(Context& context, const Tiling& tiling, std::int64_t rows, const float* kernel, bool turned,
                   const T* x, T* y)
{
    const int floats = tiling.frame.count + tiling.outputs() + tiling.frame.count;
    launch(context,
           {rows * tiling.tiles, threadsFor(tiling.outputs() / 4, kForwardThreads),
            static_cast<std::size_t>(floats) * sizeof(float)},
           &bandForwardKernel<T>, tiling, kernel, turned, x, y);
}

template <int kTaps, typename T>
void backward(Context& context, const Tiling& tiling, std::int64_t batch, const float* kernel, const T* x, const T* g,
              T* dx, float* dkernel)
{
    const int threads = threadsFor(tiling.outputs() / 4, kBackwardThreads);
    const int floats =
        tiling.frame.count + 2 * (tiling.outputs() + paddedTo<kTaps>(tiling.frame.count)) + threads / kWarp * kTaps;
    const std::int64_t count = std::int64_t{1} * tiling.channels * tiling.frame.taps;
    const std::int64_t parts = batch * tiling.tiles;
    auto* partial = static_cast<float*>(context.workspace(static_cast<std::size_t>(parts * count) * sizeof(float)));
    launch(context, {parts * tiling.channels, threads, static_cast<std::size_t>(floats) * sizeof(float)},
           &bandBackwardKernel<T, kTaps>, tiling, kernel, x, g, dx, partial);
    sumParts(context, parts, count, partial, dkernel);
}

} // namespace

template <typename T>
void bandForward(Context& context, const BandShape& shape, const float* kernel, const T* x, T* y)
{
    correlateRows(context, tilingOf(shape, x, y), shape.batch * shape.channels, kernel, false, x, y);
}

template <typename T>
void bandBackward(Context& context, const BandShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                  float* dkernel)
{
    const Tiling tiling = tilingOf(shape, x, g, dx);
    if (dkernel == nullptr) {
        if (dx != nullptr)
            correlateRows(context, tiling, shape.batch * shape.channels, kernel, true, g, dx);
    } else if (tiling.frame.count <= kFewTaps) {
        backward<kFewTaps>(context, tiling, shape.batch, kernel, x, g, dx, dkernel);
    } else {
        backward<kManyTaps>(context, tiling, shape.batch, kernel, x, g, dx, dkernel);
    }
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void bandForward(Context&, const BandShape&, const float*, const T*, T*);                                 \
    template void bandBackward(Context&, const BandShape&, const float*, const T*, const T*, T*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
