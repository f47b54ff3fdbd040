// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski_row.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;

struct TapSumsGeometry {
    int batch = 0;
    int channels = 0;
    int samples = 0; ///< of a slice of the batch; a block for each slice and channel
    int length = 0;
    int octets = 0;
    bool whole = false;
};

/// Fours in a plane of the window (ski_row.cuh); before and behind the row stand zeros.
template <int kTaps>
__device__ __host__ constexpr int planeOf(int octets)
{
    return octets + (kTaps + 3) / 4 / 2 + 1;
}

/// sums[m] += sum_o g[o] x[8 q - kTaps / 2 + o + m], the last of them into `last`
template <int kTaps>
__device__ __forceinline__ void addOctet(const float4* even, const float4* odd, int q, const OctetValues& of,
                                         float (&sums)[kTaps - 1], float& last)
{
    const float g[8] = {of.a.x, of.a.y, of.a.z, of.a.w, of.b.x, of.b.y, of.b.z, of.b.w};
    float4 a = even[q];
    float4 b = odd[q];
    TOEPLAB_UNROLL
    for (int step = 0; step < kTaps / 4; ++step) {
        const float4 c = (step % 2 == 0 ? even : odd)[q + step / 2 + 1];
        const float x[11] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w, c.x, c.y, c.z};
        TOEPLAB_UNROLL
        for (int o = 0; o < 8; ++o) {
            TOEPLAB_UNROLL
            for (int j = 0; j < 4; ++j)
                sums[4 * step + j] += g[o] * x[o + j];
        }
        a = b;
        b = c;
    }
    const float x[8] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
    TOEPLAB_UNROLL
    for (int o = 0; o < 8; ++o)
        last += g[o] * x[o];
}

/// partial[slice, channel, m] = sum over the slice's samples and i of g[i] x[i + m - kTaps / 2]. Two windows take
/// turns, so that a sample costs one barrier.
template <int kTaps, typename T>
__global__ void __launch_bounds__(kThreads, 4)
    tapSumsKernel(TapSumsGeometry geometry, const T* x, const T* g, float* partial)
{
    constexpr int kFront = kTaps / 16;
    const int plane = planeOf<kTaps>(geometry.octets);
    auto* memory = kept(sharedMemory<float>());
    auto* windows = reinterpret_cast<float4*>(memory);
    const int thread = static_cast<int>(threadIdx.x);
    const int threads = static_cast<int>(blockDim.x);
    const int channel = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.channels));
    const int slice = static_cast<int>(blockIdx.x / static_cast<unsigned>(geometry.channels));
    const int length = geometry.length;
    TOEPLAB_ROLLED
    for (int i = thread; i < plane - geometry.octets; i += threads) {
        const int j = i < kFront ? i : i + geometry.octets;
        for (int p = 0; p < 4; ++p)
            windows[p * plane + j] = make_float4(0, 0, 0, 0);
    }
    float sums[kTaps - 1] = {};
    float last = 0;
    const int begin = slice * geometry.samples;
    const int end = begin + geometry.samples < geometry.batch ? begin + geometry.samples : geometry.batch;
    for (int b = begin; b < end; ++b) {
        const std::int64_t row = (static_cast<std::int64_t>(b) * geometry.channels + channel) * length;
        float4* even = windows + (b - begin) % 2 * (2 * plane);
        float4* odd = even + plane;
        OctetValues of{};
        if (thread < geometry.octets)
            of = readOctet(g + row, thread, length, geometry.whole);
        TOEPLAB_ROLLED
        for (int q = thread; q < geometry.octets; q += threads) {
            const OctetValues values = readOctet(x + row, q, length, geometry.whole);
            even[kFront + q] = values.a;
            odd[kFront + q] = values.b;
        }
        __syncthreads();
        TOEPLAB_ROLLED
        for (int q = thread; q < geometry.octets; q += threads) {
            addOctet<kTaps>(even, odd, q, of, sums, last);
            if (q + threads < geometry.octets)
                of = readOctet(g + row, q + threads, length, geometry.whole);
        }
    }
    const unsigned lane = threadIdx.x % kWarp;
    const float of_lane = warpSumOfEach(sums);
    const float of_last = warpSum(last);
    float* scratch = memory + 16 * plane;
    float* own = scratch + thread / kWarp * kTaps;
    if (lane < kTaps - 1)
        own[lane] = of_lane;
    if (lane == 0)
        own[kTaps - 1] = of_last;
    __syncthreads();
    for (int m = thread; m < kTaps; m += threads) {
        float sum = 0;
        for (int warp = 0; warp < threads / kWarp; ++warp)
            sum += scratch[warp * kTaps + m];
        partial[static_cast<std::int64_t>(blockIdx.x) * kTaps + m] = sum;
    }
}

template <int kTaps>
std::size_t bytesFor(int octets)
{
    return static_cast<std::size_t>(16 * planeOf<kTaps>(octets) + kThreads / kWarp * kTaps) * sizeof(float);
}

} // namespace

int tapSlices(const Context& context, const SkiShape& shape)
{
    const auto octets = static_cast<int>((shape.length + 7) / 8);
    if (!(shape.taps == 33 && bytesFor<33>(octets) <= context.sharedLimit()) &&
        !(shape.taps == 17 && bytesFor<17>(octets) <= context.sharedLimit()))
        return 0;
    // Eight samples to a block, fewer where that leaves few blocks.
    std::int64_t each = 8;
    while (each > 1 && blocksFor(shape.batch, each) * shape.channels < 1024)
        each /= 2;
    return static_cast<int>(blocksFor(shape.batch, each));
}

template <typename T>
void sumTapsOfRows(const Context& context, const SkiShape& shape, int slices, const T* x, const T* g, float* partial)
{
    const TapSumsGeometry geometry{static_cast<int>(shape.batch),
                                   static_cast<int>(shape.channels),
                                   static_cast<int>(blocksFor(shape.batch, slices)),
                                   static_cast<int>(shape.length),
                                   static_cast<int>(blocksFor(shape.length, 8)),
                                   wholeFours(shape.length, x, g)};
    const std::int64_t blocks = shape.channels * slices;
    const int threads = threadsFor(geometry.octets, kThreads);
    if (shape.taps == 33)
        launch(context, {blocks, threads, bytesFor<33>(geometry.octets)}, &tapSumsKernel<33, T>, geometry, x, g,
               partial);
    else
        launch(context, {blocks, threads, bytesFor<17>(geometry.octets)}, &tapSumsKernel<17, T>, geometry, x, g,
               partial);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void sumTapsOfRows(const Context&, const SkiShape&, int, const T*, const T*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
