// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a kernel's source includes instead of CUDA's own headers. nvcc compiles it for a device; a host compiler takes
/// the same names from tests/support/cuda_shim and runs the kernels on the CPU. So kernels keep to what both know:
/// one-dimensional grids, blocks of whole warps, full-warp shuffles, and shared memory by `sharedMemory` alone (its
/// size is the launch's, and the shim knows it).

#include "kernels/device/gpu_context.h"

#include <cstdint>
#include <limits>
#include <string>

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#define TOEPLAB_UNROLL _Pragma("unroll")
#define TOEPLAB_ROLLED _Pragma("unroll 1") // where a second round is rare, counting rounds costs more than it saves
#else
#include "cuda_shim.h" // tests/support/cuda_shim is on the path of who compiles without nvcc
#define TOEPLAB_UNROLL
#define TOEPLAB_ROLLED
#endif

namespace toeplab::kernels::gpu
{

inline constexpr unsigned kFullWarp = 0xFFFFFFFFU;
inline constexpr int kWarp = 32;

inline void check(cudaError_t error, const char* what)
{
    if (error != cudaSuccess)
        throw GpuError(std::string("The GPU refused to ") + what + ": " + cudaGetErrorString(error));
}

/// The block's shared memory, 16-byte aligned, of the size that the launch asked for.
template <typename T>
__device__ __forceinline__ T* sharedMemory()
{
#if defined(__CUDACC__)
    extern __shared__ float4 block_memory[];
    return reinterpret_cast<T*>(block_memory);
#else
    return static_cast<T*>(shim::sharedMemory());
#endif
}

/// The compiler moves no access to memory across this: what is loaded long before it is used costs registers.
__device__ __forceinline__ void keepOrder()
{
    asm volatile("" ::: "memory");
}

/// The same pointer into shared memory, which the compiler then keeps in a register: where it knows the address it
/// makes it anew at each use, in three instructions on sm_90.
template <typename T>
__device__ __forceinline__ T* kept(T* shared)
{
#if defined(__CUDA_ARCH__)
    auto address = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    asm("" : "+r"(address));
    return static_cast<T*>(__cvta_shared_to_generic(address));
#else
    return shared;
#endif
}

struct Launch {
    std::int64_t blocks = 0; ///< none: nothing is started
    int threads = 0;         ///< a multiple of 32
    std::size_t shared = 0;  ///< bytes
};

/// Starts a kernel on the context's stream.
template <typename... Parameters, typename... Arguments>
void launch(const Context& context, const Launch& at, void (*kernel)(Parameters...), Arguments... arguments)
{
    if (at.blocks == 0)
        return;
    if (at.blocks < 0 || at.blocks > std::numeric_limits<std::int32_t>::max() || at.shared > context.sharedLimit())
        throw GpuError("No GPU starts " + std::to_string(at.blocks) + " blocks that share " +
                       std::to_string(at.shared) + " bytes each");
#if defined(__CUDACC__)
    if (at.shared > 48 * 1024)
        check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(at.shared)),
              "share so much memory");
    kernel<<<static_cast<unsigned>(at.blocks), static_cast<unsigned>(at.threads), at.shared,
             static_cast<cudaStream_t>(context.stream())>>>(static_cast<Parameters>(arguments)...);
#else
    shim::run(static_cast<unsigned>(at.blocks), static_cast<unsigned>(at.threads), at.shared,
              [&] { kernel(static_cast<Parameters>(arguments)...); });
#endif
    check(cudaGetLastError(), "start a kernel");
}

/// Blocks that cover `count` items, `each` to a block.
[[nodiscard]] inline std::int64_t blocksFor(std::int64_t count, std::int64_t each)
{
    return (count + each - 1) / each;
}

/// Threads for `work` items of one block: whole warps, at most `most`.
[[nodiscard]] inline int threadsFor(std::int64_t work, int most)
{
    const std::int64_t threads = (work + kWarp - 1) / kWarp * kWarp;
    return static_cast<int>(threads < kWarp ? kWarp : threads > most ? most : threads);
}

} // namespace toeplab::kernels::gpu
