// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski.cuh"

#include <algorithm>

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

/// dlags[c, k + rank - 1] = sum_b sum_{m - l = k} zg[b, c, m] z[b, c, l]; a block for each channel. Each warp adds up
/// samples of its own, a lane four neighbouring lags, 16 products at a time from two 16-byte loads; z stands between
/// zeros, so that every lag sums over all nodes.
__global__ void __launch_bounds__(256)
    skiLagsKernel(int batch, int channels, int rank, const float* z, const float* zg, float* dlags)
{
    const int fours = (rank + 3) / 4;
    const int thread = static_cast<int>(threadIdx.x);
    const int lane = thread % kWarp;
    const int warp = thread / kWarp;
    const int warps = static_cast<int>(blockDim.x) / kWarp;
    auto* scratch = kept(sharedMemory<float>());
    float* zg_row = scratch + warps * 4 * kWarp + warp * 16 * fours;
    float* z_row = zg_row + 8 * fours;
    for (int i = lane; i < 4 * fours; i += kWarp)
        reinterpret_cast<float4*>(zg_row)[i] = make_float4(0, 0, 0, 0);
    for (int first = 0; first < 2 * fours; first += kWarp) {
        const int group = first + lane; // lags 4 (group - fours) .. + 3
        float sums[4] = {};
        for (int b = warp; b < batch; b += warps) {
            const std::int64_t row = (static_cast<std::int64_t>(b) * channels + blockIdx.x) * rank;
            __syncwarp();
            for (int i = lane; i < rank; i += kWarp) {
                zg_row[i] = zg[row + i];
                z_row[i] = z[row + i];
            }
            __syncwarp();
            if (group >= 2 * fours)
                continue;
            const auto* ahead = reinterpret_cast<const float4*>(z_row) + fours - group;
            float4 before = ahead[-1];
            for (int m = 0; m < fours; ++m) {
                const float4 here = ahead[m];
                const float4 w = reinterpret_cast<const float4*>(zg_row)[m];
                const float around[7] = {before.y, before.z, before.w, here.x, here.y, here.z, here.w};
                const float of[4] = {w.x, w.y, w.z, w.w};
                TOEPLAB_UNROLL
                for (int j = 0; j < 4; ++j) {
                    TOEPLAB_UNROLL
                    for (int i = 0; i < 4; ++i)
                        sums[i] += of[j] * around[3 + j - i];
                }
                before = here;
            }
        }
        reinterpret_cast<float4*>(scratch)[thread] = make_float4(sums[0], sums[1], sums[2], sums[3]);
        __syncthreads();
        for (int i = thread; i < 4 * kWarp; i += static_cast<int>(blockDim.x)) {
            const int index = 4 * (first - fours) + i + rank - 1;
            float sum = 0;
            for (int from = 0; from < warps; ++from)
                sum += scratch[from * 4 * kWarp + i];
            if (index >= 0 && index < 2 * rank - 1)
                dlags[static_cast<std::int64_t>(blockIdx.x) * (2 * rank - 1) + index] = sum;
        }
        __syncthreads();
    }
}

void sumLags(const Context& context, const SkiShape& shape, const float* inducing, const float* z, float* dlags)
{
    const auto bytes = [&](std::int64_t warps) {
        return static_cast<std::size_t>(warps * (4 * kWarp + (shape.rank + 3) / 4 * 16)) * sizeof(float);
    };
    std::int64_t warps = std::clamp<std::int64_t>(shape.batch, 1, 8);
    while (warps > 1 && bytes(warps) > context.sharedLimit())
        --warps;
    launch(context, {shape.channels, static_cast<int>(warps) * kWarp, bytes(warps)}, &skiLagsKernel,
           static_cast<int>(shape.batch), static_cast<int>(shape.channels), static_cast<int>(shape.rank), inducing, z,
           dlags);
}

/// Rows of octets: one kernel makes T^T g and W^T g, another sums the gradients of the taps over many rows. False:
/// nothing was done, this is not for such rows.
template <typename T>
bool backwardByOctets(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel,
                      const float* lags, const T* x, const float* inducing, const T* g, T* dx, float* dkernel,
                      float* dlags)
{
    const SkiGeometry geometry = skiGeometry(context, shape, plan, 1, 0, wholeFours(shape.length, g, dx));
    const std::int64_t rows = shape.batch * shape.channels;
    const int slices = tapSlices(context, shape);
    if (rows == 0 || !skiRowFits(context, geometry) || slices == 0)
        return false;
    const std::int64_t sums = shape.channels * shape.taps;
    auto* partial = static_cast<float*>(
        context.workspace(static_cast<std::size_t>(slices * sums + rows * shape.rank) * sizeof(float)));
    float* z = partial + slices * sums;
    if (dx != nullptr || dlags != nullptr)
        skiRow(context, geometry, rows, kernel, lags, true, g, dx, dlags != nullptr ? z : nullptr);
    if (dkernel != nullptr) {
        sumTapsOfRows(context, shape, slices, x, g, partial);
        sumParts(context, slices, sums, partial, dkernel);
    }
    if (dlags != nullptr)
        sumLags(context, shape, inducing, z, dlags);
    return true;
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
        sumLags(context, shape, inducing, z, dlags);
}

} // namespace

template <typename T>
void skiBackward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
                 const T* x, const float* inducing, const T* g, T* dx, float* dkernel, float* dlags)
{
    if (backwardByOctets(context, shape, plan, kernel, lags, x, inducing, g, dx, dkernel, dlags))
        return;
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
