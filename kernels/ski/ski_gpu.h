// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"
#include "kernels/ski/plan.h"
#include "kernels/ski/ski.h"

namespace toeplab::kernels::gpu
{

/// W's rows 8 q .. 8 q + 7 where they lie in one cell or in two: row 8 q + o has upper weight first + slope o in `cell`
/// where o < split, second + slope o in the next cell else.
struct alignas(16) SkiOctet {
    int cell = 0;
    int split = 0; ///< may exceed 8; at most 8 in the last octet that begins in its cell
    float first = 0;
    float second = 0;
};

/// W as kernels read it. Cell m holds the rows begin[m] .. begin[m + 1] - 1 (none, maybe) of columns m and m + 1. Where
/// the weights of a cell rise evenly (W interpolates linearly), row i has upper weight first[m] + slope (i - begin[m]),
/// and no weight is stored; else they are read.
struct SkiPlanView {
    int length = 0;
    int rank = 0;
    const int* begin = nullptr;   ///< (rank): of the rank - 1 cells, and the end
    const int* column = nullptr;  ///< cell of row 4 q
    const float* first = nullptr; ///< (rank - 1), null where weights are read
    float slope = 0;
    const float* upper = nullptr; ///< (length), null where weights rise evenly
    const float* lower = nullptr; ///< (length), null where rows sum to 1
    // Of plans whose weights rise evenly and whose cells have 8 rows or more, null else:
    const SkiOctet* octets = nullptr; ///< ((length + 7) / 8)
    const int* octet_begin = nullptr; ///< (rank + 2): 0, the first octet that begins in cell m each, and twice the end
};

/// What an InterpolationPlan<double> holds, as plain data.
struct InterpolationView {
    std::int64_t length = 0;
    std::int64_t rank = 0;
    const InterpolationCell* cells = nullptr;
    std::int64_t cell_count = 0;
    const double* lower = nullptr;
    const double* upper = nullptr;
};
[[nodiscard]] inline InterpolationView viewOf(const InterpolationPlan<double>& plan)
{
    return {plan.length(), plan.rank(), plan.cells().data(), static_cast<std::int64_t>(plan.cells().size()),
            plan.lower(),  plan.upper()};
}

/// W in device memory. Lives no longer than its context.
class SkiPlan
{
public:
    SkiPlan(Context& context, const InterpolationView& plan);
    SkiPlan(const SkiPlan&) = delete;
    SkiPlan& operator=(const SkiPlan&) = delete;
    ~SkiPlan();

    [[nodiscard]] const SkiPlanView& view() const { return view_; }

private:
    Context& context_;
    void* memory_ = nullptr;
    SkiPlanView view_;
};

/// kernels/ski/ski.h on the device. Where a row fits into the memory that a block may share (56,000 values on an H100)
/// one kernel does it all, x is read and y written once; longer rows are read twice. inducing is float, null where
/// nobody will ask.
template <typename T>
void skiForward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
                const T* x, T* y, float* inducing);

/// What is null is not computed. Sums run in a fixed order: the same bits on each repeat.
template <typename T>
void skiBackward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
                 const T* x, const float* inducing, const T* g, T* dx, float* dkernel, float* dlags);

} // namespace toeplab::kernels::gpu
