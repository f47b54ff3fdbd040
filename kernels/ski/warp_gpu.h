// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/ski/warp.h"

namespace toeplab::kernels::gpu
{

/// The places of a WarpPlan<double>, as plain data.
struct WarpView {
    std::int64_t rank = 0;
    std::int64_t count = 0;
    const WarpPlan<double>::Place* places = nullptr;
};
[[nodiscard]] inline WarpView viewOf(const WarpPlan<double>& plan)
{
    return {plan.rank(), plan.count(), plan.places().data()};
}

/// Where each lag falls on the grid, in device memory; and for each node the lags that read it, so that gradients are
/// gathered, in the order of the lags, and not scattered. Lives no longer than its context.
class WarpTable
{
public:
    WarpTable(Context& context, const WarpView& plan);
    WarpTable(const WarpTable&) = delete;
    WarpTable& operator=(const WarpTable&) = delete;
    ~WarpTable();

    /// kernels/ski/warp.h. betas and dbetas are null when causal.
    void forward(std::int64_t channels, const float* alphas, const float* betas, float* kernel) const;
    void backward(std::int64_t channels, const float* g, float* dalphas, float* dbetas) const;

private:
    Context& context_;
    int rank_ = 0;
    int count_ = 0;
    void* memory_ = nullptr;
    const int* nodes_ = nullptr;     ///< (count, 2): below and above, in [betas | alphas]
    const float* weights_ = nullptr; ///< (count, 2)
    const int* begin_ = nullptr;     ///< (2 rank + 1): of each node's uses
    const int* uses_ = nullptr;      ///< (2 count): 2 lag + 0 (below) or 1 (above)
};

} // namespace toeplab::kernels::gpu
