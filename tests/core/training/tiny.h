// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/classifier_trainer.h"
#include "core/training/session_parts.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace toeplab::core::tiny
{

/// A real classifier of a hundred parameters with dropout, a stored statistic and one kernel; and a task of 50 short
/// sequences whose label is their first token's parity. A step takes microseconds.

[[nodiscard]] Experiment experiment();

struct ModelOptions {
    std::int64_t poisoned_step = 0; ///< logits of this training call are NaN; 0: never
};
[[nodiscard]] std::unique_ptr<Trainer> trainer(const Experiment& experiment, const ModelOptions& options = {});

[[nodiscard]] std::unique_ptr<Task> task();
/// A task whose data takes until it is stopped.
[[nodiscard]] std::unique_ptr<Task> endlessTask();

/// Run files in memory.
struct Disk {
    struct Run {
        RunHeader header;
        std::vector<MetricsRow> metrics;
        std::vector<ValidationRow> validation;
        std::vector<RunEvent> events;
        std::vector<std::int64_t> kernel_steps;
        std::vector<LadderSnapshot> ladder;
        std::vector<RunState> states;
        std::map<std::int64_t, Checkpoint> checkpoints;
        std::int64_t best_step = -1;
        int flushes = 0;
    };
    std::mutex mutex;
    std::map<std::string, Run> runs;

    Run run(const std::string& path)
    {
        const std::lock_guard lock(mutex);
        return runs.at(path);
    }
};

[[nodiscard]] SessionParts parts(Disk& disk, const ModelOptions& options = {});

/// Keeps what a session says; calls back on each row, on the session's thread.
class Listener final : public SessionSink
{
public:
    std::function<void(const MetricsRow&)> on_metrics;

    void status(const SessionStatus& status) override
    {
        note([&] { statuses.push_back(status); });
    }
    void started(const RunHeader& header, const std::string& path) override
    {
        note([&] { headers.emplace_back(path, header); });
    }
    void metrics(const MetricsRow& row) override
    {
        note([&] { rows.push_back(row); });
        if (on_metrics)
            on_metrics(row);
    }
    void validation(const ValidationRow& row) override
    {
        note([&] { validations.push_back(row); });
    }
    void event(const RunEvent& event) override
    {
        note([&] { events.push_back(event); });
    }
    void kernels(std::shared_ptr<const KernelFrame> frame) override
    {
        note([&] { kernel_frames.push_back(frame); });
    }
    void ladder(std::shared_ptr<const LadderFrame> frame) override
    {
        note([&] { ladders.push_back(frame); });
    }

    std::mutex mutex;
    std::vector<SessionStatus> statuses;
    std::vector<std::pair<std::string, RunHeader>> headers;
    std::vector<MetricsRow> rows;
    std::vector<ValidationRow> validations;
    std::vector<RunEvent> events;
    std::vector<std::shared_ptr<const KernelFrame>> kernel_frames;
    std::vector<std::shared_ptr<const LadderFrame>> ladders;

private:
    template <typename Note>
    void note(Note&& note)
    {
        const std::lock_guard lock(mutex);
        note();
    }
};

} // namespace toeplab::core::tiny
