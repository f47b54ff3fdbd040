// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CUDA's names for a host compiler, so that a kernel's source runs on the CPU (tests/support/cuda_shim/README.md).
/// Only what the kernels use is here; device memory is host memory.

#include "tests/support/cuda_shim/fibers.h"
#include "tests/support/cuda_shim/runtime.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) uint2 {
    unsigned x, y;
};

inline float2 make_float2(float x, float y)
{
    return {x, y};
}
inline float4 make_float4(float x, float y, float z, float w)
{
    return {x, y, z, w};
}

namespace toeplab::shim
{

/// threadIdx and its kin, of the thread that is running. One dimension is all that the kernels use.
template <unsigned (*kValue)()>
struct Dimension {
    struct {
        operator unsigned() const { return kValue(); }
    } x;
};

/// The value that another lane of the warp gave.
template <typename T>
T exchange(unsigned mask, T value, int from, const char* what)
{
    static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = exchangeBits(mask, bits, from, what);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

} // namespace toeplab::shim

inline constexpr toeplab::shim::Dimension<toeplab::shim::threadIndex> threadIdx;
inline constexpr toeplab::shim::Dimension<toeplab::shim::blockIndex> blockIdx;
inline constexpr toeplab::shim::Dimension<toeplab::shim::blockSize> blockDim;
inline constexpr toeplab::shim::Dimension<toeplab::shim::gridSize> gridDim;

inline void __syncthreads()
{
    toeplab::shim::waitForBlock();
}
inline void __syncwarp(unsigned mask = 0xFFFFFFFFU)
{
    toeplab::shim::waitForWarp(mask);
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lanes)
{
    return toeplab::shim::exchange(mask, value, static_cast<int>(toeplab::shim::threadIndex() % 32) ^ lanes, "xor");
}
template <typename T>
T __shfl_sync(unsigned mask, T value, int lane)
{
    return toeplab::shim::exchange(mask, value, lane, "");
}

inline unsigned __brev(unsigned value)
{
    unsigned reversed = 0;
    for (int bit = 0; bit < 32; ++bit)
        reversed |= (value >> bit & 1U) << (31 - bit);
    return reversed;
}
