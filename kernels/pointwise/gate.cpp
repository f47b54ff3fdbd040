// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise/gate.h"

#include "kernels/device/parallel.h"
#include "kernels/device/stored.h"
#include "kernels/pointwise/activation_math.h"
#include "kernels/pointwise/dropout_math.h"

#include <type_traits>

namespace toeplab::kernels
{
namespace
{

/// What a row needs beside its pointers.
template <typename T>
struct Row {
    Activation activation;
    std::int64_t length;
    T bias1, bias2;
    bool drop;
    std::uint32_t seed, threshold;
    T scale;
};

template <Activation A, typename S, typename T>
TOEPLAB_INLINE void inputRow(const Row<T>& row, const S* z2, T* v)
{
#pragma omp simd
    for (std::int64_t i = 0; i < row.length; ++i)
        v[i] = math::value<A>(read(z2[i]) + row.bias2);
}

/// The dropout's factor at position i. A template, for a loop that asks at run time is not turned into vector code.
template <bool kDrop, typename T>
TOEPLAB_INLINE T kept(const Row<T>& row, std::int64_t i)
{
    if constexpr (kDrop)
        return math::keep(row.seed, i, row.threshold, row.scale);
    else
        return T(1);
}

template <Activation A, bool kDrop, typename S, typename T>
TOEPLAB_INLINE void outputRow(const Row<T>& row, const S* z1, const T* y, S* o)
{
#pragma omp simd
    for (std::int64_t i = 0; i < row.length; ++i)
        write(math::value<A>(read(z1[i]) + row.bias1) * y[i] * kept<kDrop>(row, i), o[i]);
}

template <Activation A, bool kDrop, typename S, typename T>
TOEPLAB_INLINE T outputBackwardRow(const Row<T>& row, const S* z1, const T* y, const S* go, S* dz1, T* dy, S* o)
{
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < row.length; ++i) {
        const math::Point<T> gate = math::point<A>(read(z1[i]) + row.bias1);
        const T factor = kept<kDrop>(row, i);
        const T value = y[i] * factor;
        const T gradient = read(go[i]);
        const T dz = gradient * value * gate.derivative;
        write(gate.value * value, o[i]);
        dy[i] = gradient * gate.value * factor;
        write(dz, dz1[i]);
        sum += dz;
    }
    return sum;
}

template <Activation A, typename S, typename T>
TOEPLAB_INLINE T inputBackwardRow(const Row<T>& row, const S* z2, const T* dv, S* dz2)
{
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < row.length; ++i) {
        const T dz = dv[i] * math::point<A>(read(z2[i]) + row.bias2).derivative;
        write(dz, dz2[i]);
        sum += dz;
    }
    return sum;
}

template <Activation A, bool kDrop, typename S, typename T>
TOEPLAB_INLINE void gluRow(const Row<T>& row, const S* z1, const S* z2, S* a)
{
#pragma omp simd
    for (std::int64_t i = 0; i < row.length; ++i)
        write(math::value<A>(read(z1[i]) + row.bias1) * (read(z2[i]) + row.bias2) * kept<kDrop>(row, i), a[i]);
}

template <Activation A, bool kDrop, typename S, typename T>
TOEPLAB_INLINE void gluBackwardRow(const Row<T>& row, const S* z1, const S* z2, const S* ga, S* dz1, S* dz2, S* a,
                                   T* sums)
{
    T sum1 = 0;
    T sum2 = 0;
#pragma omp simd reduction(+ : sum1, sum2)
    for (std::int64_t i = 0; i < row.length; ++i) {
        const math::Point<T> gate = math::point<A>(read(z1[i]) + row.bias1);
        const T y = read(z2[i]) + row.bias2;
        const T factor = kept<kDrop>(row, i);
        const T gradient = read(ga[i]);
        const T d1 = gradient * y * gate.derivative * factor;
        const T d2 = gradient * gate.value * factor;
        write(gate.value * factor * y, a[i]);
        write(d1, dz1[i]);
        write(d2, dz2[i]);
        sum1 += d1;
        sum2 += d2;
    }
    sums[0] += sum1;
    sums[1] += sum2;
}

/// body(activation, drop) with both as constants.
template <typename T, typename Body>
TOEPLAB_INLINE void dispatch(const Row<T>& row, Body body)
{
    math::dispatch(
        row.activation, [&](auto a) __attribute__((always_inline)) {
            if (row.drop)
                body(a, std::true_type{});
            else
                body(a, std::false_type{});
        });
}

#define TOEPLAB_ROWS(S, T)                                                                                             \
    TOEPLAB_CLONES void gateInputRow(const Row<T>& row, const S* z2, T* v)                                             \
    {                                                                                                                  \
        math::dispatch(                                                                                                \
            row.activation, [&](auto a) __attribute__((always_inline)) { inputRow<decltype(a)::value>(row, z2, v); }); \
    }                                                                                                                  \
    TOEPLAB_CLONES void gateOutputRow(const Row<T>& row, const S* z1, const T* y, S* o)                                \
    {                                                                                                                  \
        dispatch(                                                                                                      \
            row, [&](auto a, auto drop) __attribute__((always_inline)) {                                               \
                outputRow<decltype(a)::value, decltype(drop)::value>(row, z1, y, o);                                   \
            });                                                                                                        \
    }                                                                                                                  \
    TOEPLAB_CLONES void gateOutputBackwardRow(const Row<T>& row, const S* z1, const T* y, const S* go, S* dz1, T* dy,  \
                                              S* o, T* sum)                                                            \
    {                                                                                                                  \
        dispatch(                                                                                                      \
            row, [&](auto a, auto drop) __attribute__((always_inline)) {                                               \
                *sum += outputBackwardRow<decltype(a)::value, decltype(drop)::value>(row, z1, y, go, dz1, dy, o);      \
            });                                                                                                        \
    }                                                                                                                  \
    TOEPLAB_CLONES void gateInputBackwardRow(const Row<T>& row, const S* z2, const T* dv, S* dz2, T* sum)              \
    {                                                                                                                  \
        math::dispatch(                                                                                                \
            row.activation, [&](auto a) __attribute__((always_inline)) {                                               \
                *sum += inputBackwardRow<decltype(a)::value>(row, z2, dv, dz2);                                        \
            });                                                                                                        \
    }                                                                                                                  \
    TOEPLAB_CLONES void gluForwardRow(const Row<T>& row, const S* z1, const S* z2, S* a)                               \
    {                                                                                                                  \
        dispatch(                                                                                                      \
            row, [&](auto f, auto drop) __attribute__((always_inline)) {                                               \
                gluRow<decltype(f)::value, decltype(drop)::value>(row, z1, z2, a);                                     \
            });                                                                                                        \
    }                                                                                                                  \
    TOEPLAB_CLONES void gluBackwardRows(const Row<T>& row, const S* z1, const S* z2, const S* ga, S* dz1, S* dz2,      \
                                        S* a, T* sums)                                                                 \
    {                                                                                                                  \
        dispatch(                                                                                                      \
            row, [&](auto f, auto drop) __attribute__((always_inline)) {                                               \
                gluBackwardRow<decltype(f)::value, decltype(drop)::value>(row, z1, z2, ga, dz1, dz2, a, sums);         \
            });                                                                                                        \
    }
TOEPLAB_ROWS(float, float)
TOEPLAB_ROWS(double, double)
TOEPLAB_ROWS(BFloat16, float)
#undef TOEPLAB_ROWS

const Dropout kNoDropout;

/// body(row, offset of the row in (batch, channels, length), offset of its first half in z), channel by channel so that
/// sums over a channel have one owner and one order.
template <typename T, typename Body>
void forRows(const GateShape& shape, const Dropout& dropout, const T* bias, Body&& body)
{
    parallelFor(shape.channels, 4 * shape.batch * shape.length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c) {
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t index = b * shape.channels + c;
                const Row<T> row{shape.activation,
                                 shape.length,
                                 bias != nullptr ? bias[c] : T(0),
                                 bias != nullptr ? bias[shape.channels + c] : T(0),
                                 dropout.active(),
                                 dropout.row(static_cast<std::uint64_t>(index)),
                                 dropout.threshold(),
                                 static_cast<T>(dropout.scale())};
                body(row, c, index * shape.length, (b * 2 * shape.channels + c) * shape.length);
            }
        }
    });
}

template <typename T>
void clear(T* dbias, std::int64_t from, std::int64_t count)
{
    for (std::int64_t c = from; c < from + count; ++c)
        dbias[c] = 0;
}

} // namespace

template <typename S, typename T>
void gateInput(const GateShape& shape, const S* z, const T* bias, T* v)
{
    const std::int64_t half = shape.channels * shape.length;
    forRows<T>(shape, kNoDropout, bias, [&](const Row<T>& row, std::int64_t, std::int64_t at, std::int64_t at_z) {
        gateInputRow(row, z + at_z + half, v + at);
    });
}

template <typename S, typename T>
void gateOutput(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const T* y, S* o)
{
    forRows<T>(shape, dropout, bias, [&](const Row<T>& row, std::int64_t, std::int64_t at, std::int64_t at_z) {
        gateOutputRow(row, z + at_z, y + at, o + at);
    });
}

template <typename S, typename T>
void gateOutputBackward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const T* y,
                        const S* go, S* dz, T* dy, S* o, T* dbias)
{
    clear(dbias, 0, shape.channels);
    forRows<T>(shape, dropout, bias, [&](const Row<T>& row, std::int64_t c, std::int64_t at, std::int64_t at_z) {
        gateOutputBackwardRow(row, z + at_z, y + at, go + at, dz + at_z, dy + at, o + at, dbias + c);
    });
}

template <typename S, typename T>
void gateInputBackward(const GateShape& shape, const S* z, const T* bias, const T* dv, S* dz, T* dbias)
{
    const std::int64_t half = shape.channels * shape.length;
    clear(dbias, shape.channels, shape.channels);
    forRows<T>(shape, kNoDropout, bias, [&](const Row<T>& row, std::int64_t c, std::int64_t at, std::int64_t at_z) {
        gateInputBackwardRow(row, z + at_z + half, dv + at, dz + at_z + half, dbias + shape.channels + c);
    });
}

template <typename S, typename T>
void gluForward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, S* a)
{
    const std::int64_t half = shape.channels * shape.length;
    forRows<T>(shape, dropout, bias, [&](const Row<T>& row, std::int64_t, std::int64_t at, std::int64_t at_z) {
        gluForwardRow(row, z + at_z, z + at_z + half, a + at);
    });
}

template <typename S, typename T>
void gluBackward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const S* ga, S* dz, S* a,
                 T* dbias)
{
    const std::int64_t half = shape.channels * shape.length;
    clear(dbias, 0, 2 * shape.channels);
    forRows<T>(shape, dropout, bias, [&](const Row<T>& row, std::int64_t c, std::int64_t at, std::int64_t at_z) {
        T sums[2] = {0, 0};
        gluBackwardRows(row, z + at_z, z + at_z + half, ga + at, dz + at_z, dz + at_z + half, a + at, sums);
        dbias[c] += sums[0];
        dbias[shape.channels + c] += sums[1];
    });
}

#define TOEPLAB_INSTANTIATE(S, T)                                                                                      \
    template void gateInput(const GateShape&, const S*, const T*, T*);                                                 \
    template void gateOutput(const GateShape&, const Dropout&, const S*, const T*, const T*, S*);                      \
    template void gateOutputBackward(const GateShape&, const Dropout&, const S*, const T*, const T*, const S*, S*, T*, \
                                     S*, T*);                                                                          \
    template void gateInputBackward(const GateShape&, const S*, const T*, const T*, S*, T*);                           \
    template void gluForward(const GateShape&, const Dropout&, const S*, const T*, S*);                                \
    template void gluBackward(const GateShape&, const Dropout&, const S*, const T*, const S*, S*, S*, T*);
TOEPLAB_INSTANTIATE(float, float)
TOEPLAB_INSTANTIATE(double, double)
TOEPLAB_INSTANTIATE(BFloat16, float)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
