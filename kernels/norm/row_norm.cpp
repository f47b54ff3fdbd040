// SPDX-License-Identifier: Apache-2.0
#include "kernels/norm/row_norm.h"

#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"
#include "kernels/device/stored.h"

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
template <typename S, typename T>
TOEPLAB_INLINE void affineBody(const T* x, T a, T b, S* y, std::int64_t n)
{
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i)
        write(x[i] * a + b, y[i]);
}

/// sums[0] += sum g, sums[1] += sum g (x - centre)
template <typename S, typename T>
TOEPLAB_INLINE void productsBody(const S* g, const T* x, T centre, T* sums, std::int64_t n)
{
    T plain = 0;
    T along = 0;
#pragma omp simd reduction(+ : plain, along)
    for (std::int64_t i = 0; i < n; ++i) {
        plain += read(g[i]);
        along += read(g[i]) * (x[i] - centre);
    }
    sums[0] += plain;
    sums[1] += along;
}

/// dx = add + a g + b + c (x - centre)
template <bool kAdd, typename S, typename T>
TOEPLAB_INLINE void combineBody(const S* g, const T* x, T a, T b, T c, T centre, const T* add, T* dx, std::int64_t n)
{
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const T value = a * read(g[i]) + b + c * (x[i] - centre);
        dx[i] = kAdd ? value + add[i] : value;
    }
}

#define TOEPLAB_SPREADS(T)                                                                                             \
    TOEPLAB_CLONES T sum(const T* x, std::int64_t n)                                                                   \
    {                                                                                                                  \
        return sumBody(x, n);                                                                                          \
    }                                                                                                                  \
    TOEPLAB_CLONES T squares(const T* x, T centre, std::int64_t n)                                                     \
    {                                                                                                                  \
        return squaresBody(x, centre, n);                                                                              \
    }
TOEPLAB_SPREADS(float)
TOEPLAB_SPREADS(double)
#undef TOEPLAB_SPREADS

#define TOEPLAB_ROWS(S, T)                                                                                             \
    TOEPLAB_CLONES void affine(const T* x, T a, T b, S* y, std::int64_t n)                                             \
    {                                                                                                                  \
        affineBody(x, a, b, y, n);                                                                                     \
    }                                                                                                                  \
    TOEPLAB_CLONES void products(const S* g, const T* x, T centre, T* sums, std::int64_t n)                            \
    {                                                                                                                  \
        productsBody(g, x, centre, sums, n);                                                                           \
    }                                                                                                                  \
    TOEPLAB_CLONES void combine(const S* g, const T* x, T a, T b, T c, T centre, const T* add, T* dx, std::int64_t n)  \
    {                                                                                                                  \
        if (add != nullptr)                                                                                            \
            combineBody<true>(g, x, a, b, c, centre, add, dx, n);                                                      \
        else                                                                                                           \
            combineBody<false>(g, x, a, b, c, centre, add, dx, n);                                                     \
    }
TOEPLAB_ROWS(float, float)
TOEPLAB_ROWS(double, double)
TOEPLAB_ROWS(BFloat16, float)
#undef TOEPLAB_ROWS

/// A row of what may be null.
template <typename T>
const T* rowOf(const T* tensor, std::int64_t at)
{
    return tensor == nullptr ? nullptr : tensor + at;
}

template <typename Body>
void forEach(std::int64_t count, std::int64_t work, Body&& body)
{
    parallelFor(count, work, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c)
            body(c);
    });
}

} // namespace

template <typename S, typename T>
void batchNormForward(const RowNormShape& shape, const T* weight, const T* bias, T epsilon, const T* x, S* y, T* mean,
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

template <typename S, typename T>
void batchNormApply(const RowNormShape& shape, const T* weight, const T* bias, const T* mean, const T* inverse,
                    const T* x, S* y)
{
    forEach(shape.channels, shape.batch * shape.length, [&](std::int64_t c) {
        const T a = weight[c] * inverse[c];
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t at = (b * shape.channels + c) * shape.length;
            affine(x + at, a, bias[c] - mean[c] * a, y + at, shape.length);
        }
    });
}

template <typename S, typename T>
void batchNormBackward(const RowNormShape& shape, const T* weight, const T* mean, const T* inverse, bool fixed,
                       const T* x, const S* g, const T* add, T* dx, T* dweight, T* dbias)
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
            combine(g + at, x + at, a, offset, slope, mean[c], rowOf(add, at), dx + at, n);
        }
    });
}

template <typename S, typename T>
void instanceNormForward(const RowNormShape& shape, T epsilon, const T* x, S* y, T* mean, T* inverse)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        mean[r] = sum(x + r * n, n) / static_cast<T>(n);
        inverse[r] = T(1) / std::sqrt(squares(x + r * n, mean[r], n) / static_cast<T>(n) + epsilon);
        affine(x + r * n, inverse[r], -mean[r] * inverse[r], y + r * n, n);
    });
}

template <typename S, typename T>
void instanceNormBackward(const RowNormShape& shape, const T* mean, const T* inverse, const T* x, const S* g,
                          const T* add, T* dx)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        T sums[2] = {0, 0};
        products(g + r * n, x + r * n, mean[r], sums, n);
        const T a = inverse[r];
        combine(g + r * n, x + r * n, a, -a * sums[0] / static_cast<T>(n), -a * a * a * sums[1] / static_cast<T>(n),
                mean[r], rowOf(add, r * n), dx + r * n, n);
    });
}

template <typename S, typename T>
void rowRmsForward(const RowNormShape& shape, T epsilon, const T* x, S* y, T* inverse)
{
    const std::int64_t n = shape.length;
    forEach(shape.batch * shape.channels, shape.length, [&](std::int64_t r) {
        const T rms = std::sqrt(squares(x + r * n, T(0), n) / static_cast<T>(shape.channels));
        inverse[r] = T(1) / (rms + epsilon);
        affine(x + r * n, inverse[r], T(0), y + r * n, n);
    });
}

template <typename S, typename T>
void rowRmsBackward(const RowNormShape& shape, T epsilon, const T* inverse, const T* x, const S* g, const T* add, T* dx)
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
        combine(g + r * n, x + r * n, inverse[r], T(0), slope, T(0), rowOf(add, r * n), dx + r * n, n);
    });
}

#define TOEPLAB_INSTANTIATE(S, T)                                                                                      \
    template void batchNormForward(const RowNormShape&, const T*, const T*, T, const T*, S*, T*, T*, T*);              \
    template void batchNormApply(const RowNormShape&, const T*, const T*, const T*, const T*, const T*, S*);           \
    template void batchNormBackward(const RowNormShape&, const T*, const T*, const T*, bool, const T*, const S*,       \
                                    const T*, T*, T*, T*);                                                             \
    template void instanceNormForward(const RowNormShape&, T, const T*, S*, T*, T*);                                   \
    template void instanceNormBackward(const RowNormShape&, const T*, const T*, const T*, const S*, const T*, T*);     \
    template void rowRmsForward(const RowNormShape&, T, const T*, S*, T*);                                             \
    template void rowRmsBackward(const RowNormShape&, T, const T*, const T*, const S*, const T*, T*);
TOEPLAB_INSTANTIATE(float, float)
TOEPLAB_INSTANTIATE(double, double)
TOEPLAB_INSTANTIATE(BFloat16, float)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
