// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 128; // fewer than forward: the sums over a warp are then a smaller part of the work

/// What a row leaves for the gradients of the parameters, and its own gradient; null: not wanted.
template <typename T>
struct RowGradients {
    T* dx;
    float* partial; ///< (batch, tiles, channels, taps)
    float* z;       ///< W^T g, (rows, rank)
};

/// kFused: the block holds a whole row and makes its low rank part too; else v = A^T W^T g is given, (rows, rank).
template <bool kFused, int kTaps, typename T>
__global__ void __launch_bounds__(kThreads)
    skiBackwardKernel(SkiGeometry geometry, const float* kernel, const float* lags, const T* x, const T* g,
                      const float* v, RowGradients<T> out)
{
    const int window_size = geometry.tile + paddedTo<kTaps>(geometry.frame.count);
    auto* taps = sharedMemory<float>();
    const LowRank low(geometry, taps + geometry.frame.count);
    float* g_window = taps + geometry.frame.count + geometry.lowRankFloats();
    float* x_window = g_window + window_size;
    float* scratch = x_window + window_size;
    const int rank = geometry.plan.rank;
    const int length = geometry.length;
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(geometry.tiles);
    const int tile = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.tiles));
    const int first = tile * geometry.tile;
    const int channel = static_cast<int>(row % geometry.channels);
    loadTaps(geometry.frame, kernel + channel * geometry.frame.taps, true, taps);
    loadWindow(g + row * length, first - geometry.frame.before, window_size, length, geometry.whole, g_window);
    if (out.partial != nullptr)
        loadWindow(x + row * length, first - geometry.frame.before, window_size, length, geometry.whole, x_window);
    loadBegin(geometry.plan, low.begin);
    if constexpr (kFused)
        loadFloats(lags + channel * (2 * rank - 1), 2 * rank - 1, low.lags);
    else
        loadFloats(v + row * rank, rank, low.v);
    __syncthreads();
    if constexpr (kFused) {
        gatherRow(geometry, low, [&](int i) { return g_window[geometry.frame.before + i]; });
        if (out.z != nullptr) {
            for (int m = static_cast<int>(threadIdx.x); m < rank; m += static_cast<int>(blockDim.x))
                out.z[row * rank + m] = low.z[m];
        }
        multiplyInducing(geometry, low, true);
    }
    if (out.dx != nullptr) {
        for (int i = 4 * static_cast<int>(threadIdx.x); i < geometry.tile; i += 4 * static_cast<int>(blockDim.x))
            writeFour(correlateFour(g_window + i, taps, geometry.frame.count,
                                    spreadFour(geometry.plan, low.begin, low.v, first + i)),
                      out.dx + row * length, first + i, length, geometry.whole);
    }
    if (out.partial != nullptr) {
        const std::int64_t part = row / geometry.channels * geometry.tiles + tile;
        sumTaps<kTaps>(geometry.frame, x_window, g_window, geometry.tile, scratch,
                       out.partial + (part * geometry.channels + channel) * geometry.frame.taps);
    }
}

/// dlags[c, k + rank - 1] = sum_b sum_{m - l = k} zg[b, c, m] z[b, c, l]; a block for each channel.
__global__ void __launch_bounds__(256)
    skiLagsKernel(int batch, int channels, int rank, const float* z, const float* zg, float* dlags)
{
    auto* z_row = sharedMemory<float>();
    float* zg_row = z_row + rank;
    const std::int64_t channel = blockIdx.x;
    const int lags = 2 * rank - 1;
    for (int first = 0; first < lags; first += static_cast<int>(blockDim.x)) {
        const int index = first + static_cast<int>(threadIdx.x);
        const int k = index - (rank - 1);
        float sum = 0;
        for (int b = 0; b < batch; ++b) {
            const std::int64_t row = (static_cast<std::int64_t>(b) * channels + channel) * rank;
            __syncthreads();
            loadFloats(z + row, rank, z_row);
            loadFloats(zg + row, rank, zg_row);
            __syncthreads();
            const int begin = k > 0 ? k : 0;
            const int end = k < 0 ? rank + k : rank;
            if (index < lags) {
                for (int m = begin; m < end; ++m)
                    sum += zg_row[m] * z_row[m - k];
            }
        }
        if (index < lags)
            dlags[channel * lags + index] = sum;
    }
}

template <int kTaps, typename T>
void backward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
              const T* x, const float* inducing, const T* g, T* dx, float* dkernel, float* dlags)
{
    const int padded = paddedTo<kTaps>(TapFrame::of(shape.taps).count);
    const int scratch = kThreads / kWarp * kTaps;
    const SkiGeometry geometry =
        skiGeometry(context, shape, plan, 2, padded + scratch / 2, wholeFours(shape.length, x, g, dx));
    const std::int64_t rows = shape.batch * shape.channels;
    const std::int64_t parts = shape.batch * geometry.tiles;
    const std::int64_t sums = shape.channels * shape.taps;
    const int floats = geometry.frame.count + geometry.lowRankFloats() + 2 * (geometry.tile + padded) + scratch;
    const Launch at{rows * geometry.tiles, threadsFor(geometry.tile / 4, kThreads),
                    static_cast<std::size_t>(floats) * sizeof(float)};
    // Workspace: partial sums of the taps, W^T g, and A^T W^T g of long rows.
    auto* partial = static_cast<float*>(
        context.workspace(static_cast<std::size_t>(parts * sums + 2 * rows * shape.rank) * sizeof(float)));
    float* z = partial + parts * sums;
    float* v = z + rows * shape.rank;
    const RowGradients<T> out{dx, dkernel != nullptr ? partial : nullptr, dlags != nullptr ? z : nullptr};
    if (geometry.tiles == 1) {
        launch(context, at, &skiBackwardKernel<true, kTaps, T>, geometry, kernel, lags, x, g, nullptr, out);
    } else {
        gatherRows(context, geometry, rows, lags, true, g, z, v);
        launch(context, at, &skiBackwardKernel<false, kTaps, T>, geometry, kernel, lags, x, g, v, out);
    }
    if (dkernel != nullptr)
        sumParts(context, parts, sums, partial, dkernel);
    if (dlags != nullptr)
        launch(
            context,
            {shape.channels, threadsFor(shape.lags(), 256), static_cast<std::size_t>(2 * shape.rank) * sizeof(float)},
            &skiLagsKernel, static_cast<int>(shape.batch), geometry.channels, geometry.plan.rank, inducing, z, dlags);
}

} // namespace

template <typename T>
void skiBackward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
                 const T* x, const float* inducing, const T* g, T* dx, float* dkernel, float* dlags)
{
    if (TapFrame::of(shape.taps).count <= kFewTaps)
        backward<kFewTaps>(context, shape, plan, kernel, lags, x, inducing, g, dx, dkernel, dlags);
    else
        backward<kManyTaps>(context, shape, plan, kernel, lags, x, inducing, g, dx, dkernel, dlags);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void skiBackward(Context&, const SkiShape&, const SkiPlan&, const float*, const float*, const T*,         \
                              const float*, const T*, T*, float*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
