// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/device/clocks.h"
#include "core/tasks/task.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace toeplab::core
{

/// Of one operator's product on a graphics card, its kernel ready: by the card's own clock, medians.
struct GpuFigures {
    double forward_seconds = 0, both_seconds = 0;             ///< the map; both: forward and backward
    double eager_forward_seconds = 0, eager_both_seconds = 0; ///< the same formulas in LibTorch's functions; 0: none
    double eager_difference = 0;                              ///< of its y from the map's, of the largest value
    double floor_seconds = 0;                                 ///< x read and y written at the memory's full rate
    double copy_seconds = 0;                                  ///< x copied, as measured
};

/// What was timed and what came out, as `toeplab bench` prints it.
struct BenchResult {
    std::string kind;      ///< tno, ..., or "step"
    std::string algorithm; ///< of an operator: "FFT of 4,096"
    std::int64_t length = 0, channels = 0, batch = 0;
    std::int64_t axes = 1;
    bool causal = false;
    std::string device; ///< "cpu", "cuda:0"
    int threads = 0;
    double median_seconds = 0, min_seconds = 0;
    double q1_seconds = 0, q3_seconds = 0; ///< quartiles
    double peak_mib = 0;                   ///< highest resident memory of the process; on a card, that its tensors took
    double workspace_mib = 0;              ///< of that, what the timed work added over the idle model
    double page_faults = 0;        ///< median over the repetitions: pages that a steady one still takes from the system
    double products_seconds = 0;   ///< of a step: its matrix products alone, fp32, into ready buffers
    std::string precision;         ///< of a step: what its products are computed in
    double unrecorded_seconds = 0; ///< of a step on a card: the median where it is sent kernel by kernel
    std::optional<GpuFigures> gpu;
    std::optional<GpuClocks> clocks; ///< of the card, right after the work
    double max_error = -1;           ///< max |y - reference| / max |reference|, reference in double precision; -1: none
    std::int64_t parameters = 0;
};

struct OperatorBench {
    MixerSettings mixer;
    std::int64_t length = 2048, channels = 128, batch = 8, repeat = 5;
};

/// Forward and backward of one operator on random input, its parameters' own network included, gradients of input and
/// parameters. Warms up once, then takes the median, the quartiles and the least of `repeat`.
[[nodiscard]] Result<BenchResult> benchOperator(const OperatorBench& bench);

/// Forward, loss, backward and optimiser of an experiment's model on random input of the longest length that the task
/// allows (task.length_limit: 2,048 for ListOps, whose generated samples end just below 2,000).
[[nodiscard]] Result<BenchResult> benchStep(const Experiment& experiment, const TaskShape& shape, std::int64_t repeat);

/// Fills in the times and the memory of `work`, run once to warm up and `repeat` times to measure. The peak is that of
/// this work alone where the system lets a process begin its count anew (Linux), else that of the process so far.
void measure(BenchResult& result, std::int64_t repeat, const std::function<void()>& work);

} // namespace toeplab::core
