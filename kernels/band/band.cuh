// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the band's kernels are made of, for SKI's too.
///
/// A block holds a window of a row in shared memory as floats, zero outside the row, and each thread makes four outputs
/// at a time with the values it needs sliding through eight registers: a tap costs four multiply-adds and a quarter of
/// two 16-byte loads without bank conflicts. For that the window begins a multiple of four before the first output, and
/// taps are padded with zeros in front (`lead`) and behind to whole fours.

#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/device/reduce.cuh"

namespace toeplab::kernels::gpu
{

struct TapFrame {
    int taps = 1;
    int lead = 0;   ///< zeros in front
    int before = 0; ///< positions of the window before the first output: half the band, and the lead
    int count = 0;  ///< padded taps, a multiple of four; a window for n outputs (a multiple of four) is n + count long

    [[nodiscard]] static TapFrame of(std::int64_t taps)
    {
        require(taps >= 1 && taps % 2 == 1 && taps <= 255, "taps is odd and no larger than the second number", taps,
                255);
        TapFrame frame;
        frame.taps = static_cast<int>(taps);
        const int half = frame.taps / 2;
        frame.before = (half + 3) / 4 * 4;
        frame.lead = frame.before - half;
        frame.count = (frame.lead + frame.taps + 3) / 4 * 4;
        return frame;
    }
};

/// Padded taps into shared memory, backwards where `turned`.
__device__ __forceinline__ void loadTaps(const TapFrame& frame, const float* kernel, bool turned, float* shared)
{
    for (int m = static_cast<int>(threadIdx.x); m < frame.count; m += static_cast<int>(blockDim.x)) {
        const int tap = m - frame.lead;
        const bool there = tap >= 0 && tap < frame.taps;
        shared[m] = there ? kernel[turned ? frame.taps - 1 - tap : tap] : 0.0F;
    }
}

/// window[j] = row[first + j], 0 <= j < size; first and size are multiples of four.
template <typename T>
__device__ __forceinline__ void loadWindow(const T* row, int first, int size, int length, bool whole, float* window)
{
    for (int j = 4 * static_cast<int>(threadIdx.x); j < size; j += 4 * static_cast<int>(blockDim.x))
        *reinterpret_cast<float4*>(window + j) = readFour(row, first + j, length, whole);
}

/// sum + k.x a + k.y b + k.z c + k.w d in four multiply-adds; a sum of products that is then added takes one
/// instruction more.
__device__ __forceinline__ float addProducts(float sum, float4 k, float a, float b, float c, float d)
{
    sum += k.x * a;
    sum += k.y * b;
    sum += k.z * c;
    sum += k.w * d;
    return sum;
}

/// base + sum_m taps[m] window[o + m] for o = 0 .. 3
__device__ __forceinline__ float4 correlateFour(const float* window, const float* taps, int count, float4 base)
{
    const auto* ahead = reinterpret_cast<const float4*>(window);
    const auto* fours = reinterpret_cast<const float4*>(taps);
    float4 a = ahead[0];
    float4 sum = base;
    for (int g = 0; g < count / 4; ++g) {
        const float4 b = ahead[g + 1];
        const float4 k = fours[g];
        sum.x = addProducts(sum.x, k, a.x, a.y, a.z, a.w);
        sum.y = addProducts(sum.y, k, a.y, a.z, a.w, b.x);
        sum.z = addProducts(sum.z, k, a.z, a.w, b.x, b.y);
        sum.w = addProducts(sum.w, k, a.w, b.x, b.y, b.z);
        a = b;
    }
    return sum;
}

/// Taps whose gradients a thread sums at a time, in registers: 20 hold 17 taps, 36 hold 33.
inline constexpr int kFewTaps = 20;
inline constexpr int kManyTaps = 36;

/// Padded taps as the sums of gradients need them.
template <int kTaps>
[[nodiscard]] __device__ __host__ constexpr int paddedTo(int count)
{
    return (count + kTaps - 1) / kTaps * kTaps;
}

/// partial[m] = sum_i g[i] x[i + m - half] over the block's `outputs` positions (zero behind the row's end in the
/// window of g). Both windows begin `before` positions early and are long enough for paddedTo<kTaps>. scratch: kTaps
/// floats for each warp.
template <int kTaps>
__device__ __forceinline__ void sumTaps(const TapFrame& frame, const float* x_window, const float* g_window,
                                        int outputs, float* scratch, float* partial)
{
    constexpr int kEach = kTaps >= 32 ? 32 : 16; // summed together; the four that are left, one by one
    const auto* x = reinterpret_cast<const float4*>(x_window);
    const auto* g = reinterpret_cast<const float4*>(g_window + frame.before);
    const int warps = static_cast<int>(blockDim.x) / kWarp;
    for (int first = 0; first < frame.count; first += kTaps) {
        float sums[kEach] = {};
        float rest[4] = {};
        for (int q = static_cast<int>(threadIdx.x); 4 * q < outputs; q += static_cast<int>(blockDim.x)) {
            const float4 weight = g[q];
            float4 a = x[q + first / 4];
            TOEPLAB_UNROLL
            for (int j = 0; j < kTaps / 4; ++j) {
                const float4 b = x[q + first / 4 + j + 1];
                float* sum = 4 * j < kEach ? sums + 4 * j : rest;
                sum[0] = addProducts(sum[0], weight, a.x, a.y, a.z, a.w);
                sum[1] = addProducts(sum[1], weight, a.y, a.z, a.w, b.x);
                sum[2] = addProducts(sum[2], weight, a.z, a.w, b.x, b.y);
                sum[3] = addProducts(sum[3], weight, a.w, b.x, b.y, b.z);
                a = b;
            }
        }
        float* own = scratch + threadIdx.x / kWarp * kTaps;
        const unsigned lane = threadIdx.x % kWarp;
        const float of_lane = warpSumOfEach(sums);
        if (lane < kEach)
            own[lane] = of_lane;
        TOEPLAB_UNROLL
        for (int j = 0; j < 4; ++j) {
            const float sum = warpSum(rest[j]);
            if (lane == 0)
                own[kEach + j] = sum;
        }
        __syncthreads();
        for (int m = static_cast<int>(threadIdx.x); m < kTaps; m += static_cast<int>(blockDim.x)) {
            const int tap = first + m - frame.lead;
            float sum = 0;
            for (int warp = 0; warp < warps; ++warp)
                sum += scratch[warp * kTaps + m];
            if (tap >= 0 && tap < frame.taps)
                partial[tap] = sum;
        }
        __syncthreads();
    }
}

} // namespace toeplab::kernels::gpu
