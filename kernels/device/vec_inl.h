// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Vectors of the level that the including translation unit is compiled for. Everything here is internal to that unit
/// (unnamed namespace) and uses no inline function of the library: two units compiled for different CPUs must not
/// offer the linker the same symbol.

#include <cstdint>
#include <utility>

#if defined(__AVX2__)
#define TOEPLAB_VECTOR_BYTES 32
#else
#define TOEPLAB_VECTOR_BYTES 16
#endif

#define TOEPLAB_UNROLLED __attribute__((always_inline))

namespace toeplab::kernels
{
namespace
{

/// 256 bits also with AVX-512: shifted loads are what these kernels live on, and every 512-bit one straddles two cache
/// lines. AVX-512 still doubles the registers.
template <typename T>
struct Lanes {
    typedef T Vec __attribute__((vector_size(TOEPLAB_VECTOR_BYTES)));
    static constexpr std::int64_t kCount = TOEPLAB_VECTOR_BYTES / static_cast<std::int64_t>(sizeof(T));
};

template <typename T>
using Vec = typename Lanes<T>::Vec;

template <typename T>
TOEPLAB_UNROLLED inline Vec<T> load(const T* at)
{
    Vec<T> v;
    __builtin_memcpy(&v, at, sizeof v);
    return v;
}

template <typename T>
TOEPLAB_UNROLLED inline void store(Vec<T> v, T* at)
{
    __builtin_memcpy(at, &v, sizeof v);
}

template <typename T>
TOEPLAB_UNROLLED inline Vec<T> broadcast(T value)
{
    return value - Vec<T>{};
}

template <typename T>
TOEPLAB_UNROLLED inline T laneSum(Vec<T> v)
{
    T sum = v[0];
    for (std::int64_t i = 1; i < Lanes<T>::kCount; ++i)
        sum += v[i];
    return sum;
}

template <int... kIndex, typename Body>
TOEPLAB_UNROLLED inline void unrollOver(std::integer_sequence<int, kIndex...>, Body&& body)
{
    (body(std::integral_constant<int, kIndex>{}), ...);
}

/// body(integral_constant i) for i = 0 .. kCount - 1: indices are constants from the start, so that small arrays of
/// vectors become registers.
template <int kCount, typename Body>
TOEPLAB_UNROLLED inline void unroll(Body&& body)
{
    unrollOver(std::make_integer_sequence<int, kCount>{}, body);
}

/// Copies s(first) .. s(first + count - 1) of a signal that is zero outside [0, length).
template <typename T>
inline void copyWindow(const T* signal, std::int64_t length, std::int64_t first, std::int64_t count, T* to)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = first + i;
        to[i] = at >= 0 && at < length ? signal[at] : T(0);
    }
}

} // namespace
} // namespace toeplab::kernels
