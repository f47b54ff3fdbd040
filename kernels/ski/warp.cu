// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/warp_gpu.h"

#include "kernels/device/check.h"
#include "kernels/device/gpu.cuh"

#include <algorithm>
#include <vector>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 128;

__global__ void __launch_bounds__(kThreads)
    warpForwardKernel(std::int64_t channels, int rank, int count, const int* nodes, const float* weights,
                      const float* alphas, const float* betas, float* kernel)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= channels * count)
        return;
    const std::int64_t c = index / count;
    const std::int64_t lag = index % count;
    float sum = 0;
    for (int side = 0; side < 2; ++side) {
        const int node = nodes[2 * lag + side];
        const float value = node < rank ? betas[c * rank + node] : alphas[c * rank + node - rank];
        sum += weights[2 * lag + side] * value;
    }
    kernel[index] = sum;
}

__global__ void __launch_bounds__(kThreads)
    warpBackwardKernel(std::int64_t channels, int rank, int count, const int* begin, const int* uses,
                       const float* weights, const float* g, float* dalphas, float* dbetas)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t c = index / (2 * rank);
    const int node = static_cast<int>(index % (2 * rank));
    if (c >= channels || (node < rank && dbetas == nullptr))
        return;
    float sum = 0;
    for (int u = begin[node]; u < begin[node + 1]; ++u)
        sum += weights[uses[u]] * g[c * count + uses[u] / 2];
    (node < rank ? dbetas[c * rank + node] : dalphas[c * rank + node - rank]) = sum;
}

} // namespace

WarpTable::WarpTable(Context& context, const WarpView& plan)
    : context_(context), rank_(static_cast<int>(plan.rank)), count_(static_cast<int>(plan.count))
{
    require(plan.rank >= 1 && plan.count >= 0, "the rank is at least 1, the count not negative", plan.rank, plan.count);
    const auto count = static_cast<std::size_t>(plan.count);
    std::vector<int> nodes(2 * count);
    std::vector<float> weights(2 * count);
    std::vector<int> begin(static_cast<std::size_t>(2 * plan.rank + 1), 0);
    for (std::size_t j = 0; j < count; ++j) {
        const WarpPlan<double>::Place& place = plan.places[j];
        nodes[2 * j] = static_cast<int>(place.below);
        nodes[2 * j + 1] = static_cast<int>(place.above);
        weights[2 * j] = static_cast<float>(place.below_weight);
        weights[2 * j + 1] = static_cast<float>(place.above_weight);
    }
    for (const int node : nodes)
        ++begin[static_cast<std::size_t>(node) + 1];
    for (std::size_t node = 1; node < begin.size(); ++node)
        begin[node] += begin[node - 1];
    std::vector<int> uses(2 * count);
    std::vector<int> next(begin.begin(), begin.end() - 1);
    for (std::size_t u = 0; u < uses.size(); ++u)
        uses[static_cast<std::size_t>(next[static_cast<std::size_t>(nodes[u])]++)] = static_cast<int>(u);

    memory_ = context.allocate((6 * count + begin.size()) * sizeof(int));
    auto* at = static_cast<int*>(memory_);
    const auto place = [&](const auto& values) {
        auto* here = at;
        if (!values.empty())
            context.upload(here, values.data(), values.size() * sizeof(int));
        at += values.size();
        return here;
    };
    nodes_ = place(nodes);
    weights_ = reinterpret_cast<const float*>(place(weights));
    begin_ = place(begin);
    uses_ = place(uses);
}

WarpTable::~WarpTable()
{
    context_.release(memory_);
}

void WarpTable::forward(std::int64_t channels, const float* alphas, const float* betas, float* kernel) const
{
    launch(context_, {blocksFor(channels * count_, kThreads), kThreads}, &warpForwardKernel, channels, rank_, count_,
           nodes_, weights_, alphas, betas, kernel);
}

void WarpTable::backward(std::int64_t channels, const float* g, float* dalphas, float* dbetas) const
{
    launch(context_, {blocksFor(channels * 2 * rank_, kThreads), kThreads}, &warpBackwardKernel, channels, rank_,
           count_, begin_, uses_, weights_, g, dalphas, dbetas);
}

} // namespace toeplab::kernels::gpu
