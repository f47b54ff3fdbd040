// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fftconv.h"

#include "kernels/device/check.h"
#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/fftconv/plan.h"

#include <algorithm>

namespace toeplab::kernels
{
namespace
{

template <typename T>
using Complex = std::complex<T>;

// Spectra are handled as interleaved (re, im) pairs.

/// a <- a * h
template <typename T>
TOEPLAB_INLINE void multiplyBody(T* a, const T* h, std::int64_t bins)
{
#pragma omp simd
    for (std::int64_t i = 0; i < bins; ++i) {
        const T re = a[2 * i] * h[2 * i] - a[2 * i + 1] * h[2 * i + 1];
        const T im = a[2 * i] * h[2 * i + 1] + a[2 * i + 1] * h[2 * i];
        a[2 * i] = re;
        a[2 * i + 1] = im;
    }
}

/// acc <- acc + g conj(x), then g <- g conj(h): the two products of the backward pass.
template <typename T>
TOEPLAB_INLINE void adjointBody(T* g, const T* x, const T* h, T* acc, std::int64_t bins)
{
#pragma omp simd
    for (std::int64_t i = 0; i < bins; ++i) {
        const T gr = g[2 * i];
        const T gi = g[2 * i + 1];
        acc[2 * i] += gr * x[2 * i] + gi * x[2 * i + 1];
        acc[2 * i + 1] += gi * x[2 * i] - gr * x[2 * i + 1];
        g[2 * i] = gr * h[2 * i] + gi * h[2 * i + 1];
        g[2 * i + 1] = gi * h[2 * i] - gr * h[2 * i + 1];
    }
}

TOEPLAB_CLONES void multiply(float* a, const float* h, std::int64_t bins)
{
    multiplyBody(a, h, bins);
}
TOEPLAB_CLONES void multiply(double* a, const double* h, std::int64_t bins)
{
    multiplyBody(a, h, bins);
}
TOEPLAB_CLONES void adjoint(float* g, const float* x, const float* h, float* acc, std::int64_t bins)
{
    adjointBody(g, x, h, acc, bins);
}
TOEPLAB_CLONES void adjoint(double* g, const double* x, const double* h, double* acc, std::int64_t bins)
{
    adjointBody(g, x, h, acc, bins);
}

template <typename T>
T* real(Complex<T>* values)
{
    return reinterpret_cast<T*>(values); // the standard guarantees this layout
}

/// Lags -before..after into the circular order of a transform of `size` values.
template <typename T>
void wrapKernel(const ToeplitzShape& shape, const T* kernel, std::int64_t size, T* out)
{
    std::copy_n(kernel + shape.before, shape.after + 1, out);
    std::fill(out + shape.after + 1, out + size - shape.before, T(0));
    std::copy_n(kernel, shape.before, out + size - shape.before);
}

template <typename T>
void unwrapKernel(const ToeplitzShape& shape, const T* values, std::int64_t size, T* kernel)
{
    std::copy_n(values, shape.after + 1, kernel + shape.before);
    std::copy_n(values + size - shape.before, shape.before, kernel);
}

template <typename T>
void transformPadded(const RealPlan<T>& plan, const T* row, std::int64_t length, T* padded, Complex<T>* spectrum)
{
    std::copy_n(row, length, padded);
    std::fill(padded + length, padded + plan.length(), T(0));
    plan.forward(padded, spectrum);
}

void checkShape(const ToeplitzShape& shape)
{
    require(shape.length >= 1, "a Toeplitz product needs at least one position", shape.length, 1);
    require(shape.before >= 0 && shape.before < shape.length, "negative lags must stay below the length", shape.before,
            shape.length);
    require(shape.after >= 0 && shape.after < shape.length, "positive lags must stay below the length", shape.after,
            shape.length);
}

} // namespace

std::int64_t transformLength(const ToeplitzShape& shape)
{
    return fastLength(shape.length + std::max(shape.before, shape.after));
}

template <typename T>
void toeplitzForward(const ToeplitzShape& shape, const T* kernel, const T* x, T* y)
{
    checkShape(shape);
    const std::int64_t n = shape.length;
    const std::int64_t size = transformLength(shape);
    parallelFor(shape.channels, 10 * shape.batch * size, [&](std::int64_t begin, std::int64_t end) {
        const RealPlan<T>& plan = realPlan<T>(size);
        const auto bins = static_cast<std::size_t>(plan.bins());
        T* padded = scratch<T>(Slot::RowA, static_cast<std::size_t>(size));
        auto* row = scratch<Complex<T>>(Slot::RowB, bins);
        auto* response = scratch<Complex<T>>(Slot::Kernel, bins);
        for (std::int64_t c = begin; c < end; ++c) {
            wrapKernel(shape, kernel + c * shape.lags(), size, padded);
            plan.forward(padded, response);
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t offset = (b * shape.channels + c) * n;
                transformPadded(plan, x + offset, n, padded, row);
                multiply(real(row), real(response), plan.bins());
                plan.backward(row, padded);
                std::copy_n(padded, n, y + offset);
            }
        }
    });
}

template <typename T>
void toeplitzBackward(const ToeplitzShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel)
{
    checkShape(shape);
    const std::int64_t n = shape.length;
    const std::int64_t size = transformLength(shape);
    parallelFor(shape.channels, 10 * shape.batch * size, [&](std::int64_t begin, std::int64_t end) {
        const RealPlan<T>& plan = realPlan<T>(size);
        const auto bins = static_cast<std::size_t>(plan.bins());
        T* padded = scratch<T>(Slot::RowA, static_cast<std::size_t>(size));
        auto* row = scratch<Complex<T>>(Slot::RowB, bins);
        auto* input = scratch<Complex<T>>(Slot::RowC, bins);
        auto* response = scratch<Complex<T>>(Slot::Kernel, bins);
        auto* sum = scratch<Complex<T>>(Slot::Accumulator, bins);
        for (std::int64_t c = begin; c < end; ++c) {
            wrapKernel(shape, kernel + c * shape.lags(), size, padded);
            plan.forward(padded, response);
            std::fill_n(sum, bins, Complex<T>(0));
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t offset = (b * shape.channels + c) * n;
                transformPadded(plan, x + offset, n, padded, input);
                transformPadded(plan, g + offset, n, padded, row);
                adjoint(real(row), real(input), real(response), real(sum), plan.bins());
                if (dx != nullptr) {
                    plan.backward(row, padded);
                    std::copy_n(padded, n, dx + offset);
                }
            }
            if (dkernel != nullptr) {
                plan.backward(sum, padded);
                unwrapKernel(shape, padded, size, dkernel + c * shape.lags());
            }
        }
    });
}

template void toeplitzForward(const ToeplitzShape&, const float*, const float*, float*);
template void toeplitzForward(const ToeplitzShape&, const double*, const double*, double*);
template void toeplitzBackward(const ToeplitzShape&, const float*, const float*, const float*, float*, float*);
template void toeplitzBackward(const ToeplitzShape&, const double*, const double*, const double*, double*, double*);

} // namespace toeplab::kernels
