// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/isa.h"
#include "kernels/ski/plan.h"

#include <cstdint>

namespace toeplab::kernels
{

/// W^T and W on single rows. Weights as in InterpolationPlan; lower is null where it is 1 - upper.
template <typename T>
struct SkiRows {
    /// z = W^T x: z (rank) is written, x has `length` values.
    void (*gather)(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
                   std::int64_t length, std::int64_t rank, const T* x, T* z);

    /// y = W v: y (length) is written, v has `rank` values.
    void (*spread)(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
                   std::int64_t length, const T* v, T* y);
};

/// The functions of one level; promise: cpuHas(isa).
template <typename T>
[[nodiscard]] const SkiRows<T>& skiRows(Isa isa);

} // namespace toeplab::kernels
