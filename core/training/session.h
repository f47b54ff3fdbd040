// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analysis/kernel_analysis.h"
#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/runs/run_data.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// The engine's one training session: a training thread that owns the model, a writer for the run file, and a sink to
/// which it publishes immutable values. No LibTorch in this header: the commands and the protocol server use it.

enum class SessionState { Idle, Preparing, Running, Paused, Stopping, Finished, Stopped, Failed };
[[nodiscard]] std::string toString(SessionState state);

struct SessionStatus {
    SessionState state = SessionState::Idle;
    std::string run; ///< path of the run file
    std::int64_t step = 0;
    double epoch = 0;
    double steps_per_second = 0; ///< over the last few seconds
    double tokens_per_second = 0;
    double eta_seconds = -1; ///< to the end set by steps, minutes or epochs; -1: no end set
    double memory_mib = 0;
    double lr = 0;
    double best_accuracy = -1;    ///< validation; -1: none yet
    std::int64_t saved_step = -1; ///< newest checkpoint on disk
    double progress = -1;         ///< of what takes long (data, validation), 0..1; -1: none
    std::string message;          ///< what it is doing, or why it ended: one sentence
};

/// Kernels of one of RunHeader::layers, live.
struct KernelFrame {
    std::size_t layer_index = 0;
    LayerInfo info;
    std::int64_t step = 0;
    std::vector<float> values; ///< (channels, 2n-1)
};

/// Ladder rows with what is needed to draw them.
struct LadderFrame {
    std::int64_t step = 0;
    std::vector<LayerInfo> infos;
    std::vector<LayerScores> scores;
    std::vector<std::vector<float>> sparklines; ///< median channel over the lags, min/max thinned to at most 256 points
};

/// Called on the session's threads; must return fast and never throw. Values are complete, newest wins but for metrics,
/// which come every one.
class SessionSink
{
public:
    virtual ~SessionSink() = default;
    virtual void status(const SessionStatus& status) = 0;
    virtual void started(const RunHeader& header, const std::string& run_path) = 0;
    virtual void metrics(const MetricsRow& row) = 0;
    virtual void validation(const ValidationRow& row) = 0;
    virtual void event(const RunEvent& event) = 0;
    virtual void kernels(std::shared_ptr<const KernelFrame> frame) = 0;
    virtual void ladder(std::shared_ptr<const LadderFrame> frame) = 0;
};

struct TrainRequest {
    Experiment experiment;
    std::string run;     ///< path; empty: a fresh one in runs/
    bool resume = false; ///< continue `run` exactly where its last checkpoint is; `experiment` may only move the end
    bool start_paused = false;
};

class Session
{
public:
    /// command_line goes into the provenance of the run.
    [[nodiscard]] static std::unique_ptr<Session> make(SessionSink& sink, const std::string& command_line = {});
    virtual ~Session() = default; ///< stops after a checkpoint and joins

    /// Checks everything that can be checked at once, then prepares and trains on its own thread.
    [[nodiscard]] virtual Result<void> start(TrainRequest request) = 0;
    [[nodiscard]] virtual Result<void> pause() = 0;
    [[nodiscard]] virtual Result<void> resume() = 0;
    [[nodiscard]] virtual Result<void> step(std::int64_t count) = 0; ///< from paused: run count steps, then pause
    [[nodiscard]] virtual Result<void> stop(bool with_checkpoint) = 0;
    [[nodiscard]] virtual Result<void> checkpoint() = 0;
    /// Scales the schedule; recorded as an event, a checkpoint before it. Returns the first step that will use it.
    [[nodiscard]] virtual Result<std::int64_t> setLearningRate(double lr) = 0;
    /// Kernels of these layers are published at most `per_second` times a second, always once after the last step.
    virtual void watchKernels(std::vector<std::size_t> layer_indices, double per_second) = 0;
    [[nodiscard]] virtual SessionStatus status() const = 0;
    /// Blocks until the session has ended; the final status.
    virtual SessionStatus wait() = 0;
};

} // namespace toeplab::core
