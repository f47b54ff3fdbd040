// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/control.h"
#include "core/training/kernel_tap.h"
#include "core/training/meters.h"
#include "core/training/prefetcher.h"
#include "core/training/session_parts.h"
#include "core/training/status_board.h"

#include <memory>
#include <string>

namespace toeplab::core
{

/// What preparation hands to the training thread.
struct PreparedRun {
    Experiment experiment;
    std::shared_ptr<const Dataset> train, validation;
    std::unique_ptr<Trainer> trainer;
    std::unique_ptr<RunWriter> writer;
    RunHeader header;
    nlohmann::json state;           ///< a checkpoint's; null: a run from its beginning
    std::int64_t step = 0;          ///< done already
    std::vector<std::string> notes; ///< what a person should know of the run before it starts
};

/// From the first step to the end: steps, validations, checkpoints, kernels, and the orders of others in between. Lives
/// on the training thread. Whatever happens between two steps leaves the sequence of losses as it would have been.
class TrainingRun
{
public:
    TrainingRun(PreparedRun run, Control& control, StatusBoard& board, SessionSink& sink);

    /// Trains until an end; the writer has everything on disk when it returns. Gives the last state and why.
    struct End {
        SessionState state = SessionState::Finished;
        std::string message;
    };
    [[nodiscard]] End go();

private:
    [[nodiscard]] std::string endReached() const; ///< the sentence, or empty
    [[nodiscard]] End loop();
    [[nodiscard]] bool trainStep(); ///< false: the loss is not finite
    void afterStep();
    void validate();
    void save(bool best);
    void changeRate(double lr);
    void pauseOrResume(const Control::Order& order);
    [[nodiscard]] End finish(const std::string& reason);
    [[nodiscard]] End stopped(bool with_checkpoint);
    [[nodiscard]] End notFinite(const StepOutcome& outcome);
    void mark(const std::string& kind, const std::string& text, std::int64_t step, double value = 0);
    [[nodiscard]] double epochs() const;
    [[nodiscard]] double eta() const;
    [[nodiscard]] bool isDue(std::int64_t every) const { return every > 0 && step_ % every == 0; }

    PreparedRun run_;
    Control& control_;
    StatusBoard& board_;
    SessionSink& sink_;
    BatchPlan plan_;
    Prefetcher batches_;
    KernelTap tap_;
    RateMeter rate_;
    Stopwatch clock_;
    StepOutcome last_outcome_;
    std::int64_t step_;
    double peak_lr_;
    RunEvent rate_change_; ///< the last one
    double best_accuracy_ = -1;
    std::int64_t best_step_ = -1;
    std::int64_t validated_step_ = -1;
    std::int64_t saved_step_ = -1; ///< handed to the writer
};

} // namespace toeplab::core
