// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/cuda_shim/fibers.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>

/// The handful of CUDA's runtime functions that the library calls, over host memory.
using cudaError_t = int;
using cudaStream_t = void*;
inline constexpr cudaError_t cudaSuccess = 0;
inline constexpr cudaError_t cudaErrorMemoryAllocation = 2;
inline constexpr std::size_t kDeviceMemory = std::size_t{80} << 30U; ///< more is refused
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };
enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount, cudaDevAttrMaxSharedMemoryPerBlockOptin };

namespace toeplab::shim
{

inline cudaError_t last_error = cudaSuccess; ///< kept until somebody asks, as CUDA does

} // namespace toeplab::shim

inline const char* cudaGetErrorString(cudaError_t error)
{
    return error == cudaSuccess ? "no error" : "out of memory";
}
inline cudaError_t cudaGetLastError()
{
    const cudaError_t error = toeplab::shim::last_error;
    toeplab::shim::last_error = cudaSuccess;
    return error;
}
inline cudaError_t cudaSetDevice(int /*device*/)
{
    return cudaSuccess;
}
inline cudaError_t cudaGetDeviceCount(int* count)
{
    *count = 1;
    return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/)
{
    // Few multiprocessors, so that small cases already have blocks with several rows to do.
    *value = attribute == cudaDevAttrMultiProcessorCount ? 2 : static_cast<int>(toeplab::shim::kSharedMemoryLimit);
    return cudaSuccess;
}
inline cudaError_t cudaMalloc(void** data, std::size_t bytes)
{
    if (bytes > kDeviceMemory)
        return toeplab::shim::last_error = cudaErrorMemoryAllocation;
    *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(*data, 0xFF, bytes); // NaN: nobody may count on zeros
    return cudaSuccess;
}
inline cudaError_t cudaFree(void* data)
{
    std::free(data);
    return cudaSuccess;
}
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t)
{
    std::memcpy(to, from, bytes);
    return cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t)
{
    std::memset(to, value, bytes);
    return cudaSuccess;
}
inline cudaError_t cudaStreamSynchronize(cudaStream_t)
{
    return cudaSuccess;
}
