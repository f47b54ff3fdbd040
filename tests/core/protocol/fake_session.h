// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/session.h"

#include <fmt/format.h>

#include <mutex>

namespace toeplab::core
{

/// A session without a model: notes what it is asked and does what the test says.
class FakeSession final : public Session
{
public:
    struct Notes {
        std::vector<std::string> calls;
        FakeSession* session = nullptr; ///< the living one
    };

    FakeSession(SessionSink& sink, Notes& notes) : sink_(sink), notes_(notes) { notes_.session = this; }
    ~FakeSession() override { notes_.session = nullptr; }

    Result<void> start(TrainRequest request) override
    {
        static_cast<void>(
            note(fmt::format("start {} {} {}", request.experiment.name, request.resume, request.start_paused)));
        if (request.run == "unwritable.h5")
            return fail("The folder cannot be written.");
        status_.run = request.run.empty() ? "fresh.h5" : request.run;
        status_.state = request.start_paused ? SessionState::Paused : SessionState::Running;
        RunHeader header;
        header.experiment = nlohmann::json::object();
        header.provenance = nlohmann::json::object();
        sink_.started(header, status_.run);
        return {};
    }
    Result<void> pause() override { return note("pause"); }
    Result<void> resume() override { return note("resume"); }
    Result<void> step(std::int64_t count) override { return note(fmt::format("step {}", count)); }
    Result<void> stop(bool with_checkpoint) override
    {
        status_.state = SessionState::Stopping;
        return note(fmt::format("stop {}", with_checkpoint));
    }
    Result<void> checkpoint() override { return note("checkpoint"); }
    Result<std::int64_t> setLearningRate(double lr) override
    {
        static_cast<void>(note(fmt::format("lr {}", lr)));
        return 42;
    }
    void watchKernels(std::vector<std::size_t> layers, double per_second) override
    {
        static_cast<void>(note(fmt::format("watch {} {}", layers.size(), per_second)));
    }
    SessionStatus status() const override { return status_; }
    SessionStatus wait() override { return status_; }

    void end(SessionState state) ///< by the test
    {
        status_.state = state;
        sink_.status(status_);
    }

private:
    Result<void> note(std::string call)
    {
        notes_.calls.push_back(std::move(call));
        return {};
    }

    SessionSink& sink_;
    Notes& notes_;
    SessionStatus status_;
};

} // namespace toeplab::core
