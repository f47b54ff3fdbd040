// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise/dropout.h"

#include "kernels/device/parallel.h"
#include "kernels/pointwise/dropout_math.h"

namespace toeplab::kernels
{
namespace
{

struct Row {
    std::uint32_t seed;
    std::uint32_t threshold;
    double scale;
};

template <typename T>
TOEPLAB_INLINE void rowBody(const Row& row, std::int64_t length, const T* residual, const T* x, T* y)
{
    const T scale = static_cast<T>(row.scale);
    if (residual != nullptr) {
#pragma omp simd
        for (std::int64_t i = 0; i < length; ++i)
            y[i] = residual[i] + x[i] * math::keep(row.seed, i, row.threshold, scale);
    } else {
#pragma omp simd
        for (std::int64_t i = 0; i < length; ++i)
            y[i] = x[i] * math::keep(row.seed, i, row.threshold, scale);
    }
}
TOEPLAB_CLONES void dropRow(const Row& row, std::int64_t n, const float* residual, const float* x, float* y)
{
    rowBody(row, n, residual, x, y);
}
TOEPLAB_CLONES void dropRow(const Row& row, std::int64_t n, const double* residual, const double* x, double* y)
{
    rowBody(row, n, residual, x, y);
}

template <typename T>
void rowsOf(const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* residual, const T* x, T* y)
{
    parallelFor(rows, length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
            const Row row{dropout.row(static_cast<std::uint64_t>(r)), dropout.threshold(), dropout.scale()};
            dropRow(row, length, residual == nullptr ? nullptr : residual + r * length, x + r * length, y + r * length);
        }
    });
}

} // namespace

template <typename T>
void dropout(const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* x, T* y)
{
    rowsOf<T>(dropout, rows, length, nullptr, x, y);
}

template <typename T>
void dropoutAdd(const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* residual, const T* x, T* y)
{
    rowsOf<T>(dropout, rows, length, residual, x, y);
}

template void dropout(const Dropout&, std::int64_t, std::int64_t, const float*, float*);
template void dropout(const Dropout&, std::int64_t, std::int64_t, const double*, double*);
template void dropoutAdd(const Dropout&, std::int64_t, std::int64_t, const float*, const float*, float*);
template void dropoutAdd(const Dropout&, std::int64_t, std::int64_t, const double*, const double*, double*);

} // namespace toeplab::kernels
