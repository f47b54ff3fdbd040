// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_run.h"

#include "core/training/evaluation.h"
#include "core/training/runtime.h"
#include "core/training/schedule.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

namespace toeplab::core
{

namespace
{

using Clock = std::chrono::steady_clock;

double unixSeconds()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

BatchPlan planOf(const PreparedRun& run)
{
    BatchPlanOptions options;
    options.batch = run.experiment.train.batch;
    options.seed = static_cast<std::uint64_t>(run.experiment.train.seed);
    return {run.train->size(), options};
}

} // namespace

TrainingRun::TrainingRun(PreparedRun run, Control& control, StatusBoard& board, SessionSink& sink)
    : run_(std::move(run)), control_(control), board_(board), sink_(sink), plan_(planOf(run_)),
      batches_(run_.train, plan_, run_.step), tap_(*run_.trainer, sink_, *run_.writer, run_.header.layers),
      clock_(run_.state.value("wall_seconds", 0.0)), step_(run_.step),
      peak_lr_(run_.state.value("peak_lr", run_.experiment.optimizer.lr)),
      best_accuracy_(run_.state.value("best_accuracy", -1.0)),
      best_step_(run_.state.value("best_step", std::int64_t{-1})),
      validated_step_(run_.state.value("validated_step", std::int64_t{-1})),
      saved_step_(run_.state.empty() ? -1 : run_.step)
{
}

TrainingRun::End TrainingRun::go()
{
    control_.startAt(step_);
    clock_.start(Clock::now());
    run_.writer->state(RunState::Alive);
    board_.change([&](SessionStatus& status) {
        status.state = SessionState::Running;
        status.step = step_;
        status.epoch = epochs();
        status.best_accuracy = best_accuracy_;
        status.saved_step = saved_step_;
        status.lr = learningRate(run_.experiment.optimizer, peak_lr_, step_ + 1);
        status.eta_seconds = eta();
        status.progress = -1;
        status.message = "Training.";
    });
    if (step_ == 0) {
        mark("start", "Start", 0);
        for (const std::string& note : run_.notes)
            mark("note", note, 0);
        save(false); // so that a run can be resumed whenever it is cut off
    } else {
        mark("resumed", fmt::format("Resumed from the checkpoint of step {}", step_), step_);
        if (const auto change = run_.state.find("rate_change"); change != run_.state.end()) {
            rate_change_ = {step_ + 1, change->value("unix_seconds", 0.0), "lr", change->value("text", ""), peak_lr_};
            run_.writer->event(rate_change_);
            sink_.event(rate_change_);
        }
    }
    const End end = loop();
    tap_.finish();
    if (const Result<void> flushed = run_.writer->flush(); !flushed)
        return {SessionState::Failed, flushed.error().message};
    return end;
}

TrainingRun::End TrainingRun::loop()
{
    using Kind = Control::Order::Kind;
    for (;;) {
        if (const std::string reason = endReached(); !reason.empty())
            return finish(reason);
        const Control::Order order = control_.next();
        switch (order.kind) {
        case Kind::Run:
            if (!trainStep())
                return notFinite(last_outcome_);
            afterStep();
            break;
        case Kind::Pause:
        case Kind::Resume:
            pauseOrResume(order);
            break;
        case Kind::Save:
            save(false);
            mark("checkpoint", fmt::format("Checkpoint at step {}", step_), step_);
            break;
        case Kind::SetRate:
            changeRate(order.lr);
            break;
        case Kind::Watch:
            tap_.afterStep(step_, control_.watching(), true);
            break;
        case Kind::Stop:
            return stopped(order.with_checkpoint);
        }
    }
}

std::string TrainingRun::endReached() const
{
    const TrainSettings& train = run_.experiment.train;
    if (train.steps > 0 && step_ >= train.steps)
        return step_ == train.steps ? fmt::format("The run reached its end of {} steps.", train.steps)
                                    : fmt::format("The run is at step {}, past its end of {}.", step_, train.steps);
    if (train.epochs > 0 && epochs() >= train.epochs)
        return fmt::format("The run reached its end of {} epochs at step {}.", train.epochs, step_);
    if (train.minutes > 0 && clock_.seconds(Clock::now()) >= 60 * train.minutes)
        return fmt::format("The run reached its end of {} minutes at step {}.", train.minutes, step_);
    return {};
}

double TrainingRun::epochs() const
{
    return static_cast<double>(step_) / static_cast<double>(plan_.batchesPerEpoch());
}

double TrainingRun::eta() const
{
    const TrainSettings& train = run_.experiment.train;
    double least = -1;
    const auto consider = [&least](double seconds) {
        least = least < 0 ? std::max(0.0, seconds) : std::min(least, std::max(0.0, seconds));
    };
    if (train.minutes > 0)
        consider(60 * train.minutes - clock_.seconds(Clock::now()));
    const double rate = rate_.stepsPerSecond();
    if (train.steps > 0 && rate > 0)
        consider(static_cast<double>(train.steps - step_) / rate);
    if (train.epochs > 0 && rate > 0)
        consider((train.epochs - epochs()) * static_cast<double>(plan_.batchesPerEpoch()) / rate);
    return least;
}

bool TrainingRun::trainStep()
{
    const Batch batch = batches_.next();
    const double lr = learningRate(run_.experiment.optimizer, peak_lr_, step_ + 1);
    const SteadyTime begin = Clock::now();
    last_outcome_ = run_.trainer->step(batch, lr);
    const SteadyTime end = Clock::now();
    ++step_;
    if (!last_outcome_.note.empty())
        mark("note", last_outcome_.note, step_);
    if (!last_outcome_.finite)
        return false;
    const double seconds = secondsBetween(begin, end);
    rate_.add(end, std::accumulate(batch.lengths.begin(), batch.lengths.end(), std::int64_t{0}));
    MetricsRow row;
    row.step = step_;
    row.epoch = epochs();
    row.loss = last_outcome_.loss;
    row.accuracy = last_outcome_.accuracy;
    row.lr = lr;
    row.grad_norm = last_outcome_.grad_norm;
    row.step_seconds = seconds;
    row.samples_per_second = static_cast<double>(batch.labels.size()) / seconds;
    row.memory_mib = memoryInUseMib();
    row.wall_seconds = clock_.seconds(end);
    run_.writer->metrics(row);
    sink_.metrics(row);
    board_.drift([&](SessionStatus& status) {
        status.step = step_;
        status.epoch = row.epoch;
        status.steps_per_second = rate_.stepsPerSecond();
        status.tokens_per_second = rate_.tokensPerSecond();
        status.eta_seconds = eta();
        status.memory_mib = row.memory_mib;
        status.lr = lr;
    });
    return true;
}

void TrainingRun::afterStep()
{
    if (isDue(run_.experiment.train.eval_every))
        validate();
    if (isDue(run_.experiment.train.checkpoint_every))
        save(false);
    tap_.afterStep(step_, control_.watching(), false);
}

void TrainingRun::validate()
{
    if (validated_step_ == step_)
        return;
    board_.change([](SessionStatus& status) { status.message = "Validating."; });
    const std::optional<EvalOutcome> outcome =
        evaluateSplit(*run_.trainer, *run_.validation, run_.experiment.train.batch, run_.experiment.train.eval_samples,
                      [this](double done) {
                          board_.drift([done](SessionStatus& status) { status.progress = done; });
                          return !control_.stopping();
                      });
    board_.change([](SessionStatus& status) {
        status.progress = -1;
        status.message = "Training.";
    });
    if (!outcome)
        return; // asked to stop: a part of a split says nothing
    validated_step_ = step_;
    const auto samples = static_cast<double>(outcome->samples);
    const ValidationRow row{step_, "val", outcome->loss_sum / samples, static_cast<double>(outcome->correct) / samples,
                            outcome->samples};
    run_.writer->validation(row);
    sink_.validation(row);
    if (row.accuracy > best_accuracy_) {
        best_accuracy_ = row.accuracy;
        best_step_ = step_;
        board_.change([&](SessionStatus& status) { status.best_accuracy = best_accuracy_; });
        save(true);
    }
}

void TrainingRun::save(bool best)
{
    if (saved_step_ == step_ && !best)
        return;
    saved_step_ = step_;
    tap_.snapshot(step_); // the checkpoint keeps the kernels of its step unrounded
    Checkpoint checkpoint = run_.trainer->save();
    checkpoint.step = step_;
    const BatchPosition position = plan_.at(step_);
    checkpoint.state = {{"step", step_},
                        {"epoch", position.epoch},
                        {"batch", position.batch},
                        {"data_seed", run_.experiment.train.seed},
                        {"peak_lr", peak_lr_},
                        {"best_accuracy", best_accuracy_},
                        {"best_step", best_step_},
                        {"validated_step", validated_step_},
                        {"wall_seconds", clock_.seconds(Clock::now())}};
    if (rate_change_.step > step_) // a resumed run drops what comes after its checkpoint, this mark too
        checkpoint.state["rate_change"] = {{"unix_seconds", rate_change_.unix_seconds}, {"text", rate_change_.text}};
    run_.writer->checkpoint(std::move(checkpoint), best, [&board = board_, step = step_](const Result<void>& saved) {
        board.change([&](SessionStatus& status) {
            if (saved)
                status.saved_step = std::max(status.saved_step, step);
            else
                status.message = saved.error().message;
        });
    });
}

void TrainingRun::changeRate(double lr)
{
    rate_change_ = {step_ + 1, unixSeconds(), "lr", fmt::format("Learning rate {} -> {}", peak_lr_, lr), lr};
    peak_lr_ = lr;
    run_.writer->event(rate_change_);
    sink_.event(rate_change_);
    saved_step_ = -1; // a checkpoint of this step may have the rate before
    save(false);      // so that the change outlives whatever comes next
    board_.change(
        [&](SessionStatus& status) { status.lr = learningRate(run_.experiment.optimizer, peak_lr_, step_ + 1); });
}

void TrainingRun::pauseOrResume(const Control::Order& order)
{
    const SteadyTime now = Clock::now();
    const bool paused = order.kind == Control::Order::Kind::Pause;
    if (paused) {
        clock_.stop(now);
        tap_.afterStep(step_, control_.watching(), true);
    } else {
        clock_.start(now);
        rate_.restart();
    }
    run_.writer->state(paused ? RunState::Paused : RunState::Alive);
    if (!order.single && step_ > run_.step)
        mark(paused ? "pause" : "resume", paused ? "Paused" : "Went on", step_);
    board_.change([&](SessionStatus& status) {
        status.state = paused ? SessionState::Paused : SessionState::Running;
        status.step = step_;
        status.epoch = epochs();
        status.message = paused ? fmt::format("Paused at step {}.", step_) : "Training.";
    });
}

TrainingRun::End TrainingRun::finish(const std::string& reason)
{
    clock_.stop(Clock::now());
    validate();
    save(false);
    tap_.snapshot(step_);
    tap_.afterStep(step_, control_.watching(), true);
    mark("end", reason, step_);
    run_.writer->state(RunState::Finished);
    return {SessionState::Finished, reason};
}

TrainingRun::End TrainingRun::stopped(bool with_checkpoint)
{
    clock_.stop(Clock::now());
    board_.change([](SessionStatus& status) {
        status.state = SessionState::Stopping;
        status.message = "Saving.";
    });
    if (with_checkpoint)
        save(false);
    tap_.snapshot(step_);
    tap_.afterStep(step_, control_.watching(), true);
    mark("stop", fmt::format("Stopped at step {}", step_), step_);
    run_.writer->state(RunState::Stopped);
    return {SessionState::Stopped, with_checkpoint ? fmt::format("Stopped at step {}, after a checkpoint.", step_)
                                                   : fmt::format("Stopped at step {}.", step_)};
}

TrainingRun::End TrainingRun::notFinite(const StepOutcome& outcome)
{
    const std::string what = std::isfinite(outcome.loss) ? "gradient" : "loss";
    mark("nan", fmt::format("The {} is not finite", what), step_, outcome.loss);
    run_.writer->state(RunState::Stopped);
    const std::string saved =
        saved_step_ > 0 ? fmt::format("Its last checkpoint, of step {}, is good: resume from there with a smaller "
                                      "learning rate.",
                                      saved_step_)
                        : "It has no checkpoint yet: start again with a smaller learning rate.";
    return {SessionState::Failed,
            fmt::format("The {} became NaN or infinite at step {}, so the run stopped. {}", what, step_, saved)};
}

void TrainingRun::mark(const std::string& kind, const std::string& text, std::int64_t step, double value)
{
    const RunEvent event{step, unixSeconds(), kind, text, value};
    run_.writer->event(event);
    sink_.event(event);
}

} // namespace toeplab::core
