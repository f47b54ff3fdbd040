// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/bench/bench.h"
#include "core/operators/operator.h"

namespace toeplab::core
{

/// What a graphics card says of one operator's product, without the network behind its kernel: the map forward, and
/// forward and backward, beside the same formulas in LibTorch's own functions with its autograd (transforms of a padded
/// length and their product; for SKI a grouped convolution, W as a dense matrix and the r x r product), and the least
/// time in which x can be read and y written. Fills in `result.gpu`; nothing on the CPU.
void addGpuFigures(BenchResult& result, ToeplitzOperator& toeplitz, const MixerSettings& mixer, const at::Tensor& x,
                   const at::Tensor& cotangent, std::int64_t repeat);

/// Seconds of work that was enqueued by one call, by the card's own clock: the median over `repeat` samples, each of so
/// many calls that it lasts some milliseconds.
[[nodiscard]] double cardSeconds(std::int64_t repeat, const std::function<void()>& work);

} // namespace toeplab::core
