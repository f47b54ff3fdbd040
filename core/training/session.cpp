// SPDX-License-Identifier: Apache-2.0
#include "core/training/session.h"

#include "core/config/fields.h"
#include "core/training/preparation.h"
#include "core/training/runtime.h"
#include "core/training/session_parts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>
#include <utility>

namespace toeplab::core
{

namespace
{

bool isOver(SessionState state)
{
    return state == SessionState::Finished || state == SessionState::Stopped || state == SessionState::Failed;
}

Result<void> checkPath(const TrainRequest& request)
{
    const std::filesystem::path path(request.run);
    std::error_code error;
    if (!request.resume && std::filesystem::exists(path, error))
        return fail("{} exists already. Resume it, or choose another name.", request.run);
    if (request.resume && !std::filesystem::exists(path, error))
        return fail("There is no run {} to resume.", request.run);
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (!std::filesystem::is_directory(folder, error))
        return fail("There is no folder {} for the run file. Create it first.", folder.string());
    return {};
}

class TrainingSession final : public Session
{
public:
    TrainingSession(SessionSink& sink, SessionParts parts)
        : sink_(sink), parts_(std::move(parts)), board_(sink), control_(false)
    {
    }

    ~TrainingSession() override
    {
        control_.stop(true);
        wait();
    }

    TrainingSession(const TrainingSession&) = delete;
    TrainingSession& operator=(const TrainingSession&) = delete;

    Result<void> start(TrainRequest request) override
    {
        if (thread_.joinable() || board_.get().state != SessionState::Idle)
            return fail("This session has a run already.");
        if (request.run.empty() && request.resume)
            return fail("Which run is to be resumed? Name its file.");
        if (const std::vector<Problem> problems = validate(request.experiment); !problems.empty()) {
            std::string text;
            for (const Problem& problem : problems)
                text += fmt::format("{}{}", text.empty() ? "" : "\n", problem.message);
            return fail("{}", text);
        }
        if (request.run.empty())
            request.run = parts_.fresh_path(request.experiment.name.empty() ? "run" : request.experiment.name);
        if (auto fine = checkPath(request); !fine)
            return fine;
        if (request.resume) {
            const Result<RunHeader> header = parts_.read_header(request.run);
            if (!header)
                return tl::unexpected(header.error());
            Result<Experiment> experiment = resumedExperiment(*header, request.experiment, request.run);
            if (!experiment)
                return tl::unexpected(experiment.error());
            request.experiment = std::move(*experiment);
        }
        if (request.start_paused)
            control_.pause();
        board_.change([&](SessionStatus& status) {
            status.state = SessionState::Preparing;
            status.run = request.run;
            status.message = "Preparing the data.";
        });
        thread_ = std::thread([this, request = std::move(request)] { live(request); });
        return {};
    }

    Result<void> pause() override
    {
        return whileAlive([this]() -> Result<void> {
            control_.pause();
            return {};
        });
    }

    Result<void> resume() override
    {
        return whileAlive([this]() -> Result<void> {
            control_.resume();
            return {};
        });
    }

    Result<void> step(std::int64_t count) override
    {
        if (count < 1)
            return fail("{} steps cannot be run: ask for 1 or more.", count);
        return whileAlive([&] { return control_.step(count); });
    }

    Result<void> stop(bool with_checkpoint) override
    {
        return whileAlive([&]() -> Result<void> {
            control_.stop(with_checkpoint);
            return {};
        });
    }

    Result<void> checkpoint() override
    {
        return whileAlive([this]() -> Result<void> {
            control_.save();
            return {};
        });
    }

    Result<std::int64_t> setLearningRate(double lr) override
    {
        if (!std::isfinite(lr) || lr < 0)
            return fail("optimizer.lr cannot be {}: it must be 0 or more.", lr);
        return whileAlive([&]() -> Result<std::int64_t> { return control_.setLearningRate(lr); });
    }

    void watchKernels(std::vector<std::size_t> layers, double per_second) override
    {
        control_.watch(std::move(layers), per_second);
    }

    SessionStatus status() const override { return board_.get(); }

    SessionStatus wait() override
    {
        const std::lock_guard lock(joining_);
        if (thread_.joinable())
            thread_.join();
        return board_.get();
    }

private:
    template <typename Act>
    auto whileAlive(Act&& act) -> decltype(act())
    {
        const SessionState state = board_.get().state;
        if (state == SessionState::Idle || isOver(state))
            return fail("The run is {}, so nothing can be asked of it any more.", toString(state));
        return act();
    }

    /// The training thread, from preparation to the end.
    void live(const TrainRequest& request)
    {
        TrainingRun::End end;
        try {
            end = prepareAndTrain(request);
        } catch (const std::exception& error) {
            end = {SessionState::Failed, fmt::format("Training stopped at step {} on an error: {}", board_.get().step,
                                                     whatWentWrong(error, request.experiment.train.batch))};
        }
        board_.change([&](SessionStatus& status) {
            status.state = end.state;
            status.progress = -1;
            status.eta_seconds = -1;
            status.message = end.message;
        });
    }

    TrainingRun::End prepareAndTrain(const TrainRequest& request)
    {
        const Progress progress = [this](double done) {
            board_.drift([done](SessionStatus& status) { status.progress = done; });
            return !control_.stopping();
        };
        Result<PreparedRun> run = prepareRun(parts_, request, progress, [this](const Error& error) {
            board_.change([&](SessionStatus& status) { status.message = error.message; });
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            sink_.event({board_.get().step, std::chrono::duration<double>(now).count(), "note", error.message, 0});
        });
        if (!run && control_.stopping())
            return {SessionState::Stopped, "Stopped before the first step."};
        if (!run)
            return {SessionState::Failed, run.error().message};
        sink_.started(run->header, request.run);
        TrainingRun training(std::move(*run), control_, board_, sink_);
        return training.go();
    }

    SessionSink& sink_;
    SessionParts parts_;
    StatusBoard board_;
    Control control_;
    std::mutex joining_;
    std::thread thread_;
};

} // namespace

std::unique_ptr<Session> makeSession(SessionSink& sink, SessionParts parts)
{
    return std::make_unique<TrainingSession>(sink, std::move(parts));
}

} // namespace toeplab::core
