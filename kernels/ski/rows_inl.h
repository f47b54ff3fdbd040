// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whole vectors along a cell: the weights are zero behind its end, so a sum may read on into the next cell's values,
/// and a walk may write there, since the next cell follows. Only at the end of the row is a piece of one vector copied.

#include "kernels/device/vec_inl.h"
#include "kernels/ski/rows.h"

namespace toeplab::kernels
{
namespace
{

template <typename T>
void gather(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
            std::int64_t length, std::int64_t rank, const T* x, T* z)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    for (std::int64_t m = 0; m < rank; ++m)
        z[m] = T(0);
    for (std::int64_t at = 0; at < cell_count; ++at) {
        const InterpolationCell& cell = cells[at];
        const T* below = lower + cell.weights;
        const T* above = upper + cell.weights;
        Vec<T> sum_below{};
        Vec<T> sum_above{};
        std::int64_t i = 0;
        for (; i < cell.rows && cell.row + i + kWidth <= length; i += kWidth) {
            const Vec<T> value = load<T>(x + cell.row + i);
            sum_below += load<T>(below + i) * value;
            sum_above += load<T>(above + i) * value;
        }
        if (i < cell.rows) {
            T rest[kWidth] = {};
            for (std::int64_t j = 0; i + j < cell.rows; ++j)
                rest[j] = x[cell.row + i + j];
            sum_below += load<T>(below + i) * load<T>(rest);
            sum_above += load<T>(above + i) * load<T>(rest);
        }
        z[cell.column] += laneSum<T>(sum_below);
        z[cell.column + 1] += laneSum<T>(sum_above);
    }
}

template <typename T>
void spread(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
            std::int64_t length, const T* v, T* y)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    for (std::int64_t at = 0; at < cell_count; ++at) {
        const InterpolationCell& cell = cells[at];
        const T* below = lower + cell.weights;
        const T* above = upper + cell.weights;
        const Vec<T> at_below = broadcast<T>(v[cell.column]);
        const Vec<T> at_above = broadcast<T>(v[cell.column + 1]);
        std::int64_t i = 0;
        for (; i < cell.rows && cell.row + i + kWidth <= length; i += kWidth)
            store<T>(at_below * load<T>(below + i) + at_above * load<T>(above + i), y + cell.row + i);
        if (i < cell.rows) {
            T rest[kWidth];
            store<T>(at_below * load<T>(below + i) + at_above * load<T>(above + i), rest);
            for (std::int64_t j = 0; i + j < cell.rows; ++j)
                y[cell.row + i + j] = rest[j];
        }
    }
}

template <typename T>
constexpr SkiRows<T> kRows{&gather<T>, &spread<T>};

} // namespace
} // namespace toeplab::kernels
