// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu.cuh"

/// Sums in an order that depends on the shape of the launch alone: the same bits on each repeat.
namespace toeplab::kernels::gpu
{

/// The sum over each group of `width` neighbouring lanes (a power of two), in all of them. All lanes take part.
__device__ __forceinline__ float groupSum(float value, int width)
{
    for (int lanes = width / 2; lanes > 0; lanes /= 2)
        value += __shfl_xor_sync(kFullWarp, value, lanes);
    return value;
}

__device__ __forceinline__ float warpSum(float value)
{
    TOEPLAB_UNROLL
    for (int lanes = kWarp / 2; lanes > 0; lanes /= 2)
        value += __shfl_xor_sync(kFullWarp, value, lanes);
    return value;
}

/// The warp's sum of each of kCount values (16 or 32): lane l returns that of values[l % kCount]. At each step a lane
/// keeps half of what it holds and hands the other half on, so it takes about kCount shuffles, not 5 kCount. The steps
/// are templates: nvcc does not unroll a loop that halves its counter, and the values would then lie in local memory.
template <int kHalf, int kCount>
__device__ __forceinline__ void halveEach(float (&values)[kCount], unsigned lane)
{
    const bool upper = (lane & static_cast<unsigned>(kHalf)) != 0;
    TOEPLAB_UNROLL
    for (int i = 0; i < kHalf; ++i) {
        const float handed_on = upper ? values[i] : values[i + kHalf];
        const float kept = upper ? values[i + kHalf] : values[i];
        values[i] = kept + __shfl_xor_sync(kFullWarp, handed_on, kHalf);
    }
    if constexpr (kHalf > 1)
        halveEach<kHalf / 2>(values, lane);
}
template <int kCount>
__device__ __forceinline__ float warpSumOfEach(float (&values)[kCount])
{
    halveEach<kCount / 2>(values, threadIdx.x % kWarp);
    float sum = values[0];
    TOEPLAB_UNROLL
    for (int lanes = kCount; lanes < kWarp; lanes *= 2)
        sum += __shfl_xor_sync(kFullWarp, sum, lanes);
    return sum;
}

/// The block's sum, in all threads. scratch: one float for each warp; free again after the block's next barrier.
__device__ __forceinline__ float blockSum(float value, float* scratch)
{
    const float of_warp = warpSum(value);
    if (threadIdx.x % kWarp == 0)
        scratch[threadIdx.x / kWarp] = of_warp;
    __syncthreads();
    float sum = 0;
    for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp)
        sum += scratch[warp];
    return sum;
}

/// out[i] = sum over p < parts of partial[p * count + i], in the order of p; kernels/device/reduce.cu.
void sumParts(const Context& context, std::int64_t parts, std::int64_t count, const float* partial, float* out);

} // namespace toeplab::kernels::gpu
