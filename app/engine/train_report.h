// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/session.h"

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

namespace toeplab::app
{

/// What `toeplab train` shows: with --json an event a line on standard output; for people a line that is rewritten on a
/// terminal, or a line a report. Called on the session's threads.
class TrainReport final : public core::SessionSink
{
public:
    TrainReport(core::TrainSettings train, bool json);

    void status(const core::SessionStatus& status) override;
    void started(const core::RunHeader& header, const std::string& run_path) override;
    void metrics(const core::MetricsRow& row) override;
    void validation(const core::ValidationRow& row) override;
    void event(const core::RunEvent& event) override;
    void kernels(std::shared_ptr<const core::KernelFrame>) override {}
    void ladder(std::shared_ptr<const core::LadderFrame>) override {}

    /// After the end: the JSON event `end`, or the last lines.
    void ended(const core::SessionStatus& status);

private:
    void say(const std::string& line, std::FILE* to = stdout); ///< for people, above the line that is rewritten
    void drawLine();                                           ///< on a terminal
    [[nodiscard]] std::string progressText() const;
    [[nodiscard]] double share() const; ///< of the way to the end; negative: no end

    core::TrainSettings train_;
    bool json_;
    bool terminal_;
    std::mutex mutex_;
    core::SessionStatus status_;
    core::MetricsRow last_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_line_{};
};

/// Which end a finished run came to: steps, minutes, epochs or stopped.
[[nodiscard]] std::string endReason(const core::TrainSettings& train, const core::SessionStatus& status);

} // namespace toeplab::app
