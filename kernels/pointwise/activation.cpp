// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise/activation.h"

#include "kernels/device/parallel.h"
#include "kernels/pointwise/activation_math.h"

namespace toeplab::kernels
{
namespace
{

template <typename T>
TOEPLAB_INLINE void forwardBody(Activation activation, std::int64_t count, const T* x, T* y)
{
    math::dispatch(
        activation, [=](auto a) __attribute__((always_inline)) {
#pragma omp simd
            for (std::int64_t i = 0; i < count; ++i)
                y[i] = math::value<decltype(a)::value>(x[i]);
        });
}

template <typename T>
TOEPLAB_INLINE void backwardBody(Activation activation, std::int64_t count, const T* x, const T* g, T* dx)
{
    math::dispatch(
        activation, [=](auto a) __attribute__((always_inline)) {
#pragma omp simd
            for (std::int64_t i = 0; i < count; ++i)
                dx[i] = g[i] * math::derivative<decltype(a)::value>(x[i]);
        });
}

TOEPLAB_CLONES void forwardPart(Activation a, std::int64_t n, const float* x, float* y)
{
    forwardBody(a, n, x, y);
}
TOEPLAB_CLONES void forwardPart(Activation a, std::int64_t n, const double* x, double* y)
{
    forwardBody(a, n, x, y);
}
TOEPLAB_CLONES void backwardPart(Activation a, std::int64_t n, const float* x, const float* g, float* dx)
{
    backwardBody(a, n, x, g, dx);
}
TOEPLAB_CLONES void backwardPart(Activation a, std::int64_t n, const double* x, const double* g, double* dx)
{
    backwardBody(a, n, x, g, dx);
}

} // namespace

template <typename T>
void activate(Activation activation, std::int64_t count, const T* x, T* y)
{
    parallelFor(count, 1, [=](std::int64_t begin, std::int64_t end) {
        forwardPart(activation, end - begin, x + begin, y + begin);
    });
}

template <typename T>
void activateBackward(Activation activation, std::int64_t count, const T* x, const T* g, T* dx)
{
    parallelFor(count, 1, [=](std::int64_t begin, std::int64_t end) {
        backwardPart(activation, end - begin, x + begin, g + begin, dx + begin);
    });
}

template void activate(Activation, std::int64_t, const float*, float*);
template void activate(Activation, std::int64_t, const double*, double*);
template void activateBackward(Activation, std::int64_t, const float*, const float*, float*);
template void activateBackward(Activation, std::int64_t, const double*, const double*, double*);

} // namespace toeplab::kernels
