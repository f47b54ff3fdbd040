// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TOEPLAB_CLONES in front of a plain (non-template) function makes the compiler emit it for the vector units of
/// today's and yesterday's CPUs and choose at load time, so that one binary serves all. The body belongs into an
/// always-inlined template (TOEPLAB_INLINE), which then is compiled for each of them. Loops over threads stay outside:
/// an OpenMP region inside a clone is compiled for the oldest CPU only. Sanitizers cannot stand the resolvers.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define TOEPLAB_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TOEPLAB_CLONES
#endif

/// In a CUDA source the same functions serve the device.
#if defined(__CUDACC__)
#define TOEPLAB_INLINE __host__ __device__ __forceinline__
#else
#define TOEPLAB_INLINE __attribute__((always_inline)) inline
#endif
