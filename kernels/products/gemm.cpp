// SPDX-License-Identifier: Apache-2.0
#include "kernels/products/gemm.h"

#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"

#include <algorithm>
#include <vector>

extern "C" {
// The Fortran BLAS interface (column-major) that libtorch_cpu.so exports; 32-bit integers.
void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k, const float* alpha,
            const float* a, const int* lda, const float* b, const int* ldb, const float* beta, float* c,
            const int* ldc);
void dgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k, const double* alpha,
            const double* a, const int* lda, const double* b, const int* ldb, const double* beta, double* c,
            const int* ldc);
}

namespace toeplab::kernels
{
namespace
{

template <typename T>
struct Blas;
template <>
struct Blas<float> {
    static constexpr auto kGemm = &sgemm_;
};
template <>
struct Blas<double> {
    static constexpr auto kGemm = &dgemm_;
};

/// Whole samples to threads where that fills them evenly; else MKL splits each product.
bool samplesFillThreads(const ProjectionShape& shape)
{
    const std::int64_t threads = threadCount();
    const std::int64_t work = shape.batch * shape.in * shape.out / 16 * shape.length;
    return threads > 1 && work >= kParallelWork && (shape.batch % threads == 0 || shape.batch >= 4 * threads);
}

template <typename Body>
void forSamples(const ProjectionShape& shape, Body&& body)
{
    if (samplesFillThreads(shape)) {
        parallelFor(shape.batch, kParallelWork, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t b = begin; b < end; ++b)
                body(b);
        });
    } else {
        for (std::int64_t b = 0; b < shape.batch; ++b)
            body(b);
    }
}

template <typename T>
void start(const T* bias, const T* residual, std::int64_t rows, std::int64_t length, T* y)
{
    for (std::int64_t r = 0; r < rows; ++r, y += length) {
        const T value = bias != nullptr ? bias[r] : T(0);
        if (residual != nullptr) {
            const T* from = residual + r * length;
            for (std::int64_t i = 0; i < length; ++i)
                y[i] = from[i] + value;
        } else {
            std::fill_n(y, length, value);
        }
    }
}

template <typename T>
TOEPLAB_INLINE T sumOf(const T* x, std::int64_t n)
{
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i)
        sum += x[i];
    return sum;
}
TOEPLAB_CLONES float rowSum(const float* x, std::int64_t n)
{
    return sumOf(x, n);
}
TOEPLAB_CLONES double rowSum(const double* x, std::int64_t n)
{
    return sumOf(x, n);
}

} // namespace

template <typename T>
void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc)
{
    if (m == 0 || n == 0)
        return;
    // Row-major C = A B is column-major C^T = B^T A^T.
    const char ta = transpose_a ? 'T' : 'N';
    const char tb = transpose_b ? 'T' : 'N';
    const int im = static_cast<int>(m);
    const int in = static_cast<int>(n);
    const int ik = static_cast<int>(k);
    const int ilda = static_cast<int>(std::max<std::int64_t>(lda, 1));
    const int ildb = static_cast<int>(std::max<std::int64_t>(ldb, 1));
    const int ildc = static_cast<int>(ldc);
    const T alpha = 1;
    Blas<T>::kGemm(&tb, &ta, &in, &im, &ik, &alpha, b, &ildb, a, &ilda, &beta, c, &ildc);
}

template <typename T>
void projectForward(const ProjectionShape& shape, const T* w, const T* bias, const T* residual, const T* x, T* y)
{
    const bool preset = bias != nullptr || residual != nullptr;
    forSamples(shape, [&](std::int64_t b) {
        T* out = y + b * shape.out * shape.length;
        if (preset)
            start(bias, residual == nullptr ? nullptr : residual + b * shape.out * shape.length, shape.out,
                  shape.length, out);
        gemm<T>(false, false, shape.out, shape.length, shape.in, w, shape.in, x + b * shape.in * shape.length,
                shape.length, preset ? T(1) : T(0), out, shape.length);
    });
}

template <typename T>
void projectBackwardInput(const ProjectionShape& shape, const T* w, const T* g, bool accumulate, T* dx)
{
    forSamples(shape, [&](std::int64_t b) {
        gemm<T>(true, false, shape.in, shape.length, shape.out, w, shape.in, g + b * shape.out * shape.length,
                shape.length, accumulate ? T(1) : T(0), dx + b * shape.in * shape.length, shape.length);
    });
}

template <typename T>
void projectBackwardWeight(const ProjectionShape& shape, const T* g, const T* x, T* dw)
{
    const auto one = [&](std::int64_t b, bool first, T* out) {
        gemm<T>(false, true, shape.out, shape.in, shape.length, g + b * shape.out * shape.length, shape.length,
                x + b * shape.in * shape.length, shape.length, first ? T(0) : T(1), out, shape.in);
    };
    if (!samplesFillThreads(shape)) {
        for (std::int64_t b = 0; b < shape.batch; ++b)
            one(b, b == 0, dw);
        return;
    }
    const std::int64_t size = shape.out * shape.in;
    const std::int64_t parts = std::min<std::int64_t>(threadCount(), shape.batch);
    T* partial = scratch<T>(Slot::Accumulator, static_cast<std::size_t>(size * parts));
    parallelFor(parts, kParallelWork, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t p = begin; p < end; ++p) {
            const std::int64_t from = shape.batch * p / parts;
            for (std::int64_t b = from; b < shape.batch * (p + 1) / parts; ++b)
                one(b, b == from, partial + p * size);
        }
    });
    std::copy_n(partial, size, dw);
    for (std::int64_t p = 1; p < parts; ++p)
        for (std::int64_t i = 0; i < size; ++i)
            dw[i] += partial[p * size + i];
}

template <typename T>
void sumRows(std::int64_t batch, std::int64_t channels, std::int64_t length, const T* g, T* out)
{
    parallelFor(channels, batch * length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c) {
            T sum = 0;
            for (std::int64_t b = 0; b < batch; ++b)
                sum += rowSum(g + (b * channels + c) * length, length);
            out[c] = sum;
        }
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void gemm(bool, bool, std::int64_t, std::int64_t, std::int64_t, const T*, std::int64_t, const T*,         \
                       std::int64_t, T, T*, std::int64_t);                                                             \
    template void projectForward(const ProjectionShape&, const T*, const T*, const T*, const T*, T*);                  \
    template void projectBackwardInput(const ProjectionShape&, const T*, const T*, bool, T*);                          \
    template void projectBackwardWeight(const ProjectionShape&, const T*, const T*, T*);                               \
    template void sumRows(std::int64_t, std::int64_t, std::int64_t, const T*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
