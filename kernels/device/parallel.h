// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#if defined(_OPENMP) && !defined(TOEPLAB_TSAN)
#include <omp.h>
#endif

namespace toeplab::kernels
{

/// Threads that a loop is spread over: OpenMP's own number, so that LibTorch's setting governs the kernels too.
/// 1 inside a parallel region (no nesting) and under ThreadSanitizer, which does not understand libgomp's barriers.
[[nodiscard]] inline int threadCount()
{
#if defined(_OPENMP) && !defined(TOEPLAB_TSAN)
    return omp_in_parallel() != 0 ? 1 : omp_get_max_threads();
#else
    return 1;
#endif
}

/// Below this many elementary steps a loop is done before other threads have woken up.
inline constexpr std::int64_t kParallelWork = 1 << 16;

/// Calls body(begin, end) on contiguous parts of [0, count), one a thread; on the caller alone where count items of
/// `work` elementary steps (values read, about) are too little. The partition depends on sizes and the number of
/// threads alone, never on timing; results must not depend on it where they can avoid to.
template <typename Body>
void parallelFor(std::int64_t count, std::int64_t work, Body&& body)
{
    if (count <= 0)
        return;
    const auto parts = count * work < kParallelWork ? 1 : std::min<std::int64_t>(count, threadCount());
    if (parts == 1) {
        body(std::int64_t{0}, count);
        return;
    }
#if defined(_OPENMP) && !defined(TOEPLAB_TSAN)
#pragma omp parallel num_threads(static_cast <int>(parts))
    {
        const std::int64_t part = omp_get_thread_num();
        const std::int64_t total = omp_get_num_threads(); // fewer than asked for where the system has no more
        const std::int64_t begin = count * part / total;
        const std::int64_t end = count * (part + 1) / total;
        if (begin < end)
            body(begin, end);
    }
#endif
}

/// The same for items that are always worth a thread.
template <typename Body>
void parallelFor(std::int64_t count, Body&& body)
{
    parallelFor(count, kParallelWork, body);
}

} // namespace toeplab::kernels
