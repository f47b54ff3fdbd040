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

/// Calls body(begin, end) on contiguous parts of [0, count), one a thread. The partition depends on count and the
/// number of threads alone, never on timing; results must not depend on it where they can avoid to.
template <typename Body>
void parallelFor(std::int64_t count, Body&& body)
{
    if (count <= 0)
        return;
    const auto parts = std::min<std::int64_t>(count, threadCount());
    if (parts == 1) {
        body(std::int64_t{0}, count);
        return;
    }
#if defined(_OPENMP) && !defined(TOEPLAB_TSAN)
#pragma omp parallel num_threads(static_cast<int>(parts))
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

} // namespace toeplab::kernels
