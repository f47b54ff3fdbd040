// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/reduce.cuh"

#include <algorithm>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kMaxThreads = 1024;

/// A block does 32 neighbouring sums, one for each lane; each of its warps adds up a stretch of the parts, and the
/// stretches are then added in their order.
__global__ void __launch_bounds__(kMaxThreads)
    sumPartsKernel(std::int64_t parts, std::int64_t count, const float* partial, float* out)
{
    auto* of_warps = sharedMemory<float>();
    const int warps = static_cast<int>(blockDim.x) / kWarp;
    const int warp = static_cast<int>(threadIdx.x) / kWarp;
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kWarp + lane;
    float sum = 0;
    if (i < count) {
        for (std::int64_t p = parts * warp / warps; p < parts * (warp + 1) / warps; ++p)
            sum += partial[p * count + i];
    }
    of_warps[threadIdx.x] = sum;
    __syncthreads();
    if (warp != 0 || i >= count)
        return;
    for (int w = 1; w < warps; ++w)
        sum += of_warps[w * kWarp + lane];
    out[i] = sum;
}

} // namespace

void sumParts(const Context& context, std::int64_t parts, std::int64_t count, const float* partial, float* out)
{
    const int warps = static_cast<int>(std::clamp<std::int64_t>(parts / 8, 1, kMaxThreads / kWarp));
    launch(context, {blocksFor(count, kWarp), warps * kWarp, static_cast<std::size_t>(warps * kWarp) * sizeof(float)},
           &sumPartsKernel, parts, count, partial, out);
}

} // namespace toeplab::kernels::gpu
