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
    static constexpr int kCount = TOEPLAB_VECTOR_BYTES / static_cast<int>(sizeof(T));
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

/// A load that is done once: left alone, the compiler reads memory again in each of two multiply-adds.
template <typename T>
TOEPLAB_UNROLLED inline Vec<T> loadOnce(const T* at)
{
    Vec<T> v = load<T>(at);
#if defined(__AVX512VL__)
    asm("" : "+v"(v));
#elif defined(__x86_64__)
    asm("" : "+x"(v));
#endif
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

template <int kBy, typename T, int... kIndex>
TOEPLAB_UNROLLED inline Vec<T> rotated(Vec<T> v, std::integer_sequence<int, kIndex...>)
{
    return __builtin_shufflevector(v, v, ((kIndex + kBy) % static_cast<int>(sizeof...(kIndex)))...);
}

template <typename T, int kWidth = Lanes<T>::kCount>
TOEPLAB_UNROLLED inline T laneSum(Vec<T> v)
{
    if constexpr (kWidth == 1) {
        return v[0];
    } else {
        constexpr auto kAll = std::make_integer_sequence<int, Lanes<T>::kCount>{};
        return laneSum<T, kWidth / 2>(v + rotated<kWidth / 2, T>(v, kAll));
    }
}

template <int kBytes>
struct SameSizeInteger {
    using Type = std::int32_t;
};
template <>
struct SameSizeInteger<8> {
    using Type = std::int64_t;
};

/// Splits vectors in two at a lane.
template <typename T>
class LaneSplit
{
public:
    /// 0 <= lane <= kCount
    TOEPLAB_UNROLLED explicit LaneSplit(std::int64_t lane)
    {
        __builtin_memcpy(&mask_, kMasks.bits + Lanes<T>::kCount - lane, sizeof mask_);
    }

    /// v from the lane on, zero before it.
    TOEPLAB_UNROLLED Vec<T> from(Vec<T> v) const { return floats(bits(v) & mask_); }

    /// v before the lane, zero from it on.
    TOEPLAB_UNROLLED Vec<T> before(Vec<T> v) const { return floats(bits(v) & ~mask_); }

    /// first before the lane, second from it on.
    TOEPLAB_UNROLLED Vec<T> joined(Vec<T> first, Vec<T> second) const
    {
        return floats((bits(first) & ~mask_) | (bits(second) & mask_));
    }

private:
    using Integer = typename SameSizeInteger<sizeof(T)>::Type;
    typedef Integer Bits __attribute__((vector_size(TOEPLAB_VECTOR_BYTES)));

    struct Masks {
        Integer bits[2 * Lanes<T>::kCount] = {};
        constexpr Masks()
        {
            for (int i = Lanes<T>::kCount; i < 2 * Lanes<T>::kCount; ++i)
                bits[i] = -1;
        }
    };
    static constexpr Masks kMasks{};

    TOEPLAB_UNROLLED static Bits bits(Vec<T> v)
    {
        Bits result;
        __builtin_memcpy(&result, &v, sizeof v);
        return result;
    }
    TOEPLAB_UNROLLED static Vec<T> floats(Bits v)
    {
        Vec<T> result;
        __builtin_memcpy(&result, &v, sizeof v);
        return result;
    }

    Bits mask_;
};

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
    const std::int64_t zeros = first < 0 ? (-first < count ? -first : count) : 0;
    const std::int64_t there = length - first < count ? length - first : count;
    std::int64_t i = 0;
    for (; i < zeros; ++i)
        to[i] = T(0);
    for (; i < there; ++i)
        to[i] = signal[first + i];
    for (; i < count; ++i)
        to[i] = T(0);
}

} // namespace
} // namespace toeplab::kernels
