// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/reduce.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 128;

__global__ void sumPartsKernel(std::int64_t parts, std::int64_t count, const float* partial, float* out)
{
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= count)
        return;
    float sum = 0;
    for (std::int64_t p = 0; p < parts; ++p)
        sum += partial[p * count + i];
    out[i] = sum;
}

} // namespace

void sumParts(const Context& context, std::int64_t parts, std::int64_t count, const float* partial, float* out)
{
    launch(context, {blocksFor(count, kThreads), kThreads}, &sumPartsKernel, parts, count, partial, out);
}

} // namespace toeplab::kernels::gpu
