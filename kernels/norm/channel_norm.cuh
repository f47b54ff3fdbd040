// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu.cuh"
#include "kernels/norm/channel_norm.h"

/// Norms over channels in a block of kNormWarps warps: a lane does a position, the warps share the channels.
namespace toeplab::kernels::gpu
{

inline constexpr int kNormWarps = 8;
inline constexpr float kRmsEpsilon = 1e-8F;
inline constexpr float kVarianceEpsilon = 1e-5F;

/// Whether eps stands outside of the root.
__device__ __forceinline__ bool epsilonOutside(ChannelNorm kind)
{
    return kind != ChannelNorm::Layer && kind != ChannelNorm::Scale;
}

struct NormParameters {
    const float* weight;
    const float* bias;
    const float* gate;

    [[nodiscard]] __device__ float weightOf(ChannelNorm kind, int c) const
    {
        return weight == nullptr ? 1.0F : weight[kind == ChannelNorm::Scale ? 0 : c];
    }
};

/// The sum over the block's warps for each lane. scratch: a float a thread, free again after the next barrier.
__device__ __forceinline__ float sumOverWarps(float value, float* scratch)
{
    scratch[threadIdx.x] = value;
    __syncthreads();
    float sum = 0;
    for (int warp = 0; warp < kNormWarps; ++warp)
        sum += scratch[warp * kWarp + static_cast<int>(threadIdx.x) % kWarp];
    return sum;
}

__device__ __forceinline__ float logistic(float x)
{
    return 1.0F / (1.0F + std::exp(-x));
}

/// 1 / (root + eps) of the mean square of x - mean.
__device__ __forceinline__ float normScale(ChannelNorm kind, float variance)
{
    return epsilonOutside(kind) ? 1.0F / (std::sqrt(variance) + kRmsEpsilon)
                                : 1.0F / std::sqrt(variance + kVarianceEpsilon);
}

/// What mean(r xhat) counts in the gradient: (rms + eps) / rms where eps stands outside of the root, 0 for a zero
/// vector, as autograd has it.
__device__ __forceinline__ float normPull(ChannelNorm kind, float scale)
{
    if (!epsilonOutside(kind))
        return 1.0F;
    const float rms = 1.0F / scale - kRmsEpsilon;
    return rms > kRmsEpsilon * 1e-6F ? 1.0F / (scale * rms) : 0.0F;
}

} // namespace toeplab::kernels::gpu
