// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu.cuh"
#include "kernels/device/number.h"

namespace toeplab::kernels::gpu
{

__device__ __forceinline__ float toFloat(float value)
{
    return value;
}
__device__ __forceinline__ float toFloat(Half value)
{
#if defined(__CUDACC__)
    return __half2float(__ushort_as_half(value.bits));
#else
    return host::toFloat(value);
#endif
}
__device__ __forceinline__ float toFloat(BFloat16 value)
{
#if defined(__CUDACC__)
    return __uint_as_float(static_cast<unsigned>(value.bits) << 16);
#else
    return host::toFloat(value);
#endif
}

__device__ __forceinline__ void fromFloat(float value, float& to)
{
    to = value;
}
__device__ __forceinline__ void fromFloat(float value, Half& to)
{
#if defined(__CUDACC__)
    to.bits = __half_as_ushort(__float2half_rn(value));
#else
    to = host::toHalf(value);
#endif
}
__device__ __forceinline__ void fromFloat(float value, BFloat16& to)
{
#if defined(__CUDACC__)
    to.bits = __bfloat16_as_ushort(__float2bfloat16_rn(value));
#else
    to = host::toBFloat16(value);
#endif
}

/// Four values that are moved at once; `at` is aligned to their size.
template <typename T>
struct alignas(4 * sizeof(T)) Four {
    T values[4];
};

template <typename T>
__device__ __forceinline__ float4 loadFour(const T* at)
{
    const Four<T> four = *reinterpret_cast<const Four<T>*>(at);
    return make_float4(toFloat(four.values[0]), toFloat(four.values[1]), toFloat(four.values[2]),
                       toFloat(four.values[3]));
}
template <typename T>
__device__ __forceinline__ void storeFour(float4 value, T* at)
{
    Four<T> four;
    fromFloat(value.x, four.values[0]);
    fromFloat(value.y, four.values[1]);
    fromFloat(value.z, four.values[2]);
    fromFloat(value.w, four.values[3]);
    *reinterpret_cast<Four<T>*>(at) = four;
}

/// Values i .. i + 3 of a row that is zero outside [0, length). i is a multiple of four; `whole`: rows are multiples of
/// four long and aligned.
template <typename T>
__device__ __forceinline__ float4 readFour(const T* row, int i, int length, bool whole)
{
    if (whole && i >= 0 && i + 4 <= length)
        return loadFour(row + i);
    const auto value = [&](int j) { return j >= 0 && j < length ? toFloat(row[j]) : 0.0F; };
    return make_float4(value(i), value(i + 1), value(i + 2), value(i + 3));
}
/// The same for writing: what lies at or behind the end is dropped.
template <typename T>
__device__ __forceinline__ void writeFour(float4 value, T* row, int i, int length, bool whole)
{
    if (whole && i + 4 <= length) {
        storeFour(value, row + i);
        return;
    }
    const float values[4] = {value.x, value.y, value.z, value.w};
    TOEPLAB_UNROLL
    for (int j = 0; j < 4; ++j)
        if (i + j < length)
            fromFloat(values[j], row[i + j]);
}

/// Whether all rows of these tensors may be moved four values at a time.
template <typename... T>
[[nodiscard]] bool wholeFours(std::int64_t length, const T*... tensors)
{
    return length % 4 == 0 && ((reinterpret_cast<std::uintptr_t>(tensors) % sizeof(Four<T>) == 0) && ...);
}

} // namespace toeplab::kernels::gpu
