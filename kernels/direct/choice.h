// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// Which of the two products of a kernel with lags -before .. after over n positions is the faster one: term by term
/// (kernels/direct) or by transforms (kernels/fftconv). Estimated time of one line forward and backward, fp32, in
/// nanoseconds of one core of an AMD EPYC 9004 at 3.7 GHz (tests/bench/kernels_direct_bench measures them; only the
/// ratio of the two matters):
///     direct      20 + 0.065 multiply-adds, counted in the tiles that are computed
///     transforms  40 + 0.225 M log2 M, M = n + max(before, after), at least 128
/// Bidirectional kernels of up to 58 positions and causal ones of up to 79 are multiplied term by term.
[[nodiscard]] double directCost(std::int64_t n, std::int64_t before, std::int64_t after);
[[nodiscard]] double transformCost(std::int64_t n, std::int64_t before, std::int64_t after);
[[nodiscard]] inline bool directIsFaster(std::int64_t n, std::int64_t before, std::int64_t after)
{
    return directCost(n, before, after) < transformCost(n, before, after);
}

} // namespace toeplab::kernels
