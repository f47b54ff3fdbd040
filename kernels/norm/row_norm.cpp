// SPDX-License-Identifier: Apache-2.0
#include "kernels/norm/row_norm.h"

#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"

#include <cmath>

namespace toeplab::kernels
{
namespace
{

/// sum of x
template <typename T>
TOEPLAB_INLINE T sumBody(const T* x, std::int64_t n)
{
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i)
        sum += x[i];
    return sum;
}

/// sum of (x - centre)^2
template <typename T>
TOEPLAB_INLINE T squaresBody(const T* x, T centre, std::int64_t n)
{
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i)
        sum += (x[i] - centre) * (x[i] - centre);
    return sum;
}

/// y = x a + b
template <typename T>
TOEPLAB_INLINE void affineBody(const T* x, T a, T b, T* y, std::int64_t n)
{
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i)
        y[i] = x[i] * a + b;
}

/// sums[0] += sum g, sums[1] += sum g (x - centre)
template <typename T>
TOEPLAB_INLINE void productsBody(const T* g, const T* x, T centre, T* sums, std::int64_t n)
{
    T plain = 0;
    T along = 0;
#pragma omp simd reduction(+ : plain, along)
    for (std::int64_t i = 0; i < n; ++i) {
        plain += g[i];
        along += g[i] * (x[i] - centre);
    }
    sums[0] += plain;
    sums[1] += along;
}

/// dx = a g + b + c (x - centre)
template <typename T>
TOEPLAB_INLINE void combineBody(const T* g, const T* x, T a, T b, T c, T centre, T* dx, std::int64_t n)
{
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i)
        dx[i] = a * g[i] + b + c * (x[i] - centre);
}

#define TOEPLAB_ROWS(T)                                                                                                \
    TOEPLAB_CLONES T sum(const T* x, std::int64_t n)                                                                   \
    {                                                                                                                  \
        return sumBody(x, n);                                                                                          \
    }                                                                                                                  \
    TOEPLAB_CLONES T squares(const T* x, T centre, std::int64_t n)                                                     \
    {                                                                                                                  \
        return squaresBody(x, centre, n);                                                                              \
    }                                                                                                                  \
    TOEPLAB_CLONES void affine(const T* x, T a, T b, T* y, std::int64_t n)                                             \
    {                                                                                                                  \
        affineBody(x, a, b, y, n);                                                                                     \
    }                                                                                                                  \
    TOEPLAB_CLONES void products(const T* g, const T* x, T centre, T* sums, std::int64_t n)                            \
    {                                                                                                                  \
        productsBody(g, x, centre, sums, n);                                                                           \
    }                                                                                                                  \
    TOEPLAB_CLONES void combine(const T* g, const T* x, T a, T b, T c, T centre, T* dx, std::int64_t n)                \
    {                                                                                                                  \
        combineBody(g, x, a, b, c, centre, dx, n);                                                                     \
    }
TOEPLAB_ROWS(float)
TOEPLAB_ROWS(double)
#undef TOEPLAB_ROWS

template <typename Body>
void forEach(std::int64_t count, std::int64_t work, Body&& body)
{
    parallelFor(count, work, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c)
            body(c);
    });
}

} // namespace

template <typename T>
void batchNormForward(const RowNormShape& shape, const T* weight, const T* bias, T epsilon, const T* x, T* y, T* mean,
                      T* inverse, T* variance)
{
    const std::int64_t n = shape.length;
    const auto count = static_cast<double>(shape.batch * n);
    forEach(shape.channels, shape.batch * shape.length, [&](std::int64_t c) {
        double total = 0;
        for (std::int64_t b = 0; b < shape.batch; ++b)
            total += static_cast<double>(sum(x + (b * shape.channels + c) * n, n));
        const T centre = static_cast<T>(total / count);
        double spread = 0;
        for (std::int64_t b = 0; b < shape.batch; ++b)
            spread += static_cast<double>(squares(x + (b * shape.channels + c) * n, centre, n));
        mean[c] = centre;
        variance[c] = static_cast<T>(spread / count);
        inverse[c] = T(1) / std::sqrt(variance[c] + epsilon);
        const T a = weight[c] * inverse[c];
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t at = (b * shape.channels + c) * n;
            affine(x + at, a, bias[c] - centre * a, y + at, n);
        }
    });
}

template <typename T>
void batchNormApply(const RowNormShape& shape, const T* weight, const T* bias, const T* mean, const T* inverse,
                    const T* x, T* y)
{
    forEach(shape.channels, shape.batch * shape.length, [&](std::int64_t c) {
        const T a = weight[c] * inverse[c];
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t at = (b * shape.channels + c) * shape.length;
            affine(x + at, a, bias[c] - mean[c] * a, y + at, shape.length);
        }
    });
}

template <typename T>
void batchNormBackward(const RowNormShape& shape, const T* weight, const T* mean, const T* inverse, bool fixed,
                       const T* x, const T* g, T* dx, T* dweight, T* dbias)
{
    const std::int64_t n = shape.length;
    const auto count = static_cast<T>(shape.batch * n);
    forEach(shape.channels, shape.batch * shape.length, [&](std::int64_t c) {
        T sums[2] = {0, 0};
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t at = (b * shape.channels + c) * n;
            products(g + at, x + at, mean[c], sums, n);
        }
        dbias[c] = sums[0];
        dweight[c] = sums[1] * inverse[c];
        const T a = weight[c] * inverse[c];
        const T offset = fixed ? T(0) : -a * sums[0] / count;
        const T slope = fixed ? T(0) : -a * inverse[c] * inverse[c] * sums[1] / count;
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t at = (b * shape.channels + c) * n;
            combine(g + at, x + at, a, offset, slope, mean[c], dx + at, n);
        }
    });
}

template <typename T>
void instanceNormForward(const RowNormShape& shape, T epsilon, const T* x, T* y, T* mean, T* inverse)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        mean[r] = sum(x + r * n, n) / static_cast<T>(n);
        inverse[r] = T(1) / std::sqrt(squares(x + r * n, mean[r], n) / static_cast<T>(n) + epsilon);
        affine(x + r * n, inverse[r], -mean[r] * inverse[r], y + r * n, n);
    });
}

template <typename T>
void instanceNormBackward(const RowNormShape& shape, const T* mean, const T* inverse, const T* x, const T* g, T* dx)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        T sums[2] = {0, 0};
        products(g + r * n, x + r * n, mean[r], sums, n);
        const T a = inverse[r];
        combine(g + r * n, x + r * n, a, -a * sums[0] / static_cast<T>(n), -a * a * a * sums[1] / static_cast<T>(n),
                mean[r], dx + r * n, n);
    });
}

template <typename T>
void rowRmsForward(const RowNormShape& shape, T epsilon, const T* x, T* y, T* inverse)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        const T rms = std::sqrt(squares(x + r * n, T(0), n) / static_cast<T>(shape.channels));
        inverse[r] = T(1) / (rms + epsilon);
        affine(x + r * n, inverse[r], T(0), y + r * n, n);
    });
}

template <typename T>
void rowRmsBackward(const RowNormShape& shape, T epsilon, const T* inverse, const T* x, const T* g, T* dx)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        T sums[2] = {0, 0};
        products(g + r * n, x + r * n, T(0), sums, n);
        const T rms = T(1) / inverse[r] - epsilon;
        // d(rms)/dx_i = x_i / (channels rms); a zero row gets no gradient through its norm.
        const T slope = rms > epsilon * T(1e-6)
                            ? -sums[1] * inverse[r] * inverse[r] / (static_cast<T>(shape.channels) * rms)
                            : T(0);
        combine(g + r * n, x + r * n, inverse[r], T(0), slope, T(0), dx + r * n, n);
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void batchNormForward(const RowNormShape&, const T*, const T*, T, const T*, T*, T*, T*, T*);              \
    template void batchNormApply(const RowNormShape&, const T*, const T*, const T*, const T*, const T*, T*);           \
    template void batchNormBackward(const RowNormShape&, const T*, const T*, const T*, bool, const T*, const T*, T*,   \
                                    T*, T*);                                                                           \
    template void instanceNormForward(const RowNormShape&, T, const T*, T*, T*, T*);                                   \
    template void instanceNormBackward(const RowNormShape&, const T*, const T*, const T*, const T*, T*);               \
    template void rowRmsForward(const RowNormShape&, T, const T*, T*, T*);                                             \
    template void rowRmsBackward(const RowNormShape&, T, const T*, const T*, const T*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
