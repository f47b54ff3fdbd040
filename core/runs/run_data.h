// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analysis/kernel_analysis.h"
#include "core/base/layer_info.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What a run consists of, as plain values: the writer, the reader, the protocol and the window all speak these.

struct MetricsRow {
    std::int64_t step = 0; ///< 1-based: after this many optimiser steps
    double epoch = 0;
    double loss = 0;     ///< mean cross-entropy of the batch, nats
    double accuracy = 0; ///< of the batch, 0..1
    double lr = 0;
    double grad_norm = 0; ///< Euclidean, all parameters
    double step_seconds = 0;
    double samples_per_second = 0;
    double memory_mib = 0;   ///< resident, of the engine
    double wall_seconds = 0; ///< training time since the start of the run, pauses excluded
};

struct ValidationRow {
    std::int64_t step = 0;
    std::string split = "val";
    double loss = 0;
    double accuracy = 0;
    std::int64_t samples = 0;
};

/// A mark on the curve: what was done or happened at a step.
struct RunEvent {
    std::int64_t step = 0;
    double unix_seconds = 0;
    std::string kind; ///< start | pause | resume | lr | checkpoint | stop | resumed | nan | note | end
    std::string text; ///< "Learning rate 0.001 -> 0.0005"
    double value = 0; ///< the new learning rate, ... where a number belongs to it
};

/// One kernel at one step: (channels, 2n-1) row-major from lag -(n-1).
struct KernelSnapshot {
    std::size_t layer_index = 0; ///< into RunHeader::layers
    std::int64_t step = 0;
    std::vector<float> values;
};

/// The ladder's figures at one step, one entry for each of RunHeader::layers.
struct LadderSnapshot {
    std::int64_t step = 0;
    std::vector<LayerScores> layers;
};

/// Bytes of one tensor, little-endian, C order.
struct TensorBlob {
    std::string dtype; ///< f32 | f64 | i64 | u8 | bool
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;
};

/// All that is needed to go on as if the run had never stopped.
struct Checkpoint {
    std::int64_t step = 0;
    std::map<std::string, TensorBlob> parameters; ///< by the model's names; buffers too
    std::map<std::string, TensorBlob> optimizer;  ///< "exp_avg/NAME", "exp_avg_sq/NAME"
    std::map<std::string, TensorBlob> generators; ///< random generator states
    nlohmann::json state;                         ///< data order, schedule, counters, best score, lr overrides
};

enum class RunState { Alive, Paused, Crashed, Stopped, Finished };
[[nodiscard]] std::string toString(RunState state); ///< "alive", "paused", ...

/// Fixed at the start of a run.
struct RunHeader {
    nlohmann::json experiment; ///< core/config's toJson
    nlohmann::json
        provenance; ///< version, git, libtorch, device, host, command, seed, mode, task provenance, start time
    std::int64_t parameters = 0;
    std::vector<LayerInfo> layers;
};

/// Everything of a run but the bulk (kernels and checkpoints are read on demand).
struct RunData {
    std::string path;
    RunHeader header;
    RunState state = RunState::Finished;
    std::vector<MetricsRow> training;
    std::vector<ValidationRow> validation;
    std::vector<RunEvent> events;
    std::vector<LadderSnapshot> ladder;
    std::vector<std::vector<std::int64_t>> kernel_steps; ///< for each layer the steps that have a snapshot, ascending
    std::int64_t last_checkpoint_step = -1;              ///< -1: none
    std::int64_t best_checkpoint_step = -1;
    std::string recovery; ///< empty, or one sentence on what was recovered from a journal or lost
};

} // namespace toeplab::core
