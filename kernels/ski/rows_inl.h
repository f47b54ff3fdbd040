// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The row is walked in whole vectors from its beginning, cell after cell. A vector that lies in one cell is used as it
/// is; one with a border in it is masked for each of the cells that share it.

#include "kernels/device/vec_inl.h"
#include "kernels/ski/rows.h"

namespace toeplab::kernels
{
namespace
{

/// x[i ..], zero behind its end.
template <typename T>
TOEPLAB_UNROLLED inline Vec<T> loadRow(const T* x, std::int64_t length, std::int64_t i)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    if (i + kWidth <= length)
        return load<T>(x + i);
    T rest[kWidth] = {};
    for (std::int64_t j = 0; i + j < length; ++j)
        rest[j] = x[i + j];
    return load<T>(rest);
}

/// What a piece of a row adds to the two columns of its cell. With kUnit the weights of a row add up to 1, and
/// `below` holds the sum for both columns.
template <bool kUnit, typename T>
struct Shares {
    Vec<T> below{};
    Vec<T> above{};

    TOEPLAB_UNROLLED void add(const T* lower, const T* upper, std::int64_t i, Vec<T> value)
    {
        above += load<T>(upper + i) * value;
        if constexpr (kUnit)
            below += value;
        else
            below += load<T>(lower + i) * value;
    }
    TOEPLAB_UNROLLED Vec<T> lowerColumn() const { return kUnit ? below - above : below; }
};

template <bool kUnit, typename T>
void gatherRow(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
               std::int64_t length, std::int64_t rank, const T* x, T* z)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    for (std::int64_t m = 0; m < rank; ++m)
        z[m] = T(0);
    std::int64_t i = 0;
    Shares<kUnit, T> rest; // of the vector at i, in the lanes of the cells to come
    rest.add(lower, upper, 0, loadRow(x, length, 0));
    std::int64_t column = -1; // that the last cell left a share for
    Vec<T> left{};
    for (std::int64_t at = 0; at < cell_count; ++at) {
        const InterpolationCell& cell = cells[at];
        const std::int64_t end = cell.row + cell.rows;
        if (column != cell.column) {
            if (column >= 0)
                z[column] = laneSum<T>(left);
            left = Vec<T>{};
        }
        Shares<kUnit, T> sum;
        if (end >= i + kWidth) {
            sum = rest;
            for (i += kWidth; i + kWidth <= end; i += kWidth)
                sum.add(lower, upper, i, loadOnce<T>(x + i));
            rest = {};
            if (i < length)
                rest.add(lower, upper, i, loadRow(x, length, i));
        }
        if (end > i) {
            const LaneSplit<T> split(end - i);
            sum.below += split.before(rest.below);
            sum.above += split.before(rest.above);
            rest.below = split.from(rest.below);
            rest.above = split.from(rest.above);
        }
        z[cell.column] = laneSum<T>(left + sum.lowerColumn());
        left = sum.above;
        column = cell.column + 1;
    }
    z[column] = laneSum<T>(left);
}

template <bool kUnit, typename T>
void spreadRow(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
               std::int64_t length, const T* v, T* y)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    std::int64_t i = 0;
    Vec<T> shared{}; // the vector at i as far as cells have come
    for (std::int64_t at = 0; at < cell_count; ++at) {
        const InterpolationCell& cell = cells[at];
        const std::int64_t end = cell.row + cell.rows;
        const Vec<T> below = broadcast<T>(v[cell.column]);
        const Vec<T> above = broadcast<T>(kUnit ? v[cell.column + 1] - v[cell.column] : v[cell.column + 1]);
        const auto values = [&](std::int64_t from) TOEPLAB_UNROLLED {
            if constexpr (kUnit)
                return below + above * load<T>(upper + from);
            else
                return below * load<T>(lower + from) + above * load<T>(upper + from);
        };
        shared = LaneSplit<T>(cell.row - i).joined(shared, values(i));
        if (end >= i + kWidth) {
            store<T>(shared, y + i);
            for (i += kWidth; i + kWidth <= end; i += kWidth)
                store<T>(values(i), y + i);
            if (i < end)
                shared = values(i);
        }
    }
    T rest[kWidth];
    store<T>(shared, rest);
    for (std::int64_t j = 0; i + j < length; ++j)
        y[i + j] = rest[j];
}

template <typename T>
void gather(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
            std::int64_t length, std::int64_t rank, const T* x, T* z)
{
    if (lower == nullptr)
        gatherRow<true>(cells, cell_count, lower, upper, length, rank, x, z);
    else
        gatherRow<false>(cells, cell_count, lower, upper, length, rank, x, z);
}

template <typename T>
void spread(const InterpolationCell* cells, std::int64_t cell_count, const T* lower, const T* upper,
            std::int64_t length, const T* v, T* y)
{
    if (lower == nullptr)
        spreadRow<true>(cells, cell_count, lower, upper, length, v, y);
    else
        spreadRow<false>(cells, cell_count, lower, upper, length, v, y);
}

template <typename T>
constexpr SkiRows<T> kRows{&gather<T>, &spread<T>};

} // namespace
} // namespace toeplab::kernels
