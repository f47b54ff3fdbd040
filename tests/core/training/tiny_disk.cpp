// SPDX-License-Identifier: Apache-2.0
#include "tests/core/training/tiny.h"

#include <algorithm>

namespace toeplab::core::tiny
{

namespace
{

class DiskWriter final : public RunWriter
{
public:
    DiskWriter(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    void metrics(const MetricsRow& row) override
    {
        with([&](Disk::Run& run) { run.metrics.push_back(row); });
    }
    void validation(const ValidationRow& row) override
    {
        with([&](Disk::Run& run) { run.validation.push_back(row); });
    }
    void event(const RunEvent& event) override
    {
        with([&](Disk::Run& run) { run.events.push_back(event); });
    }
    void kernel(KernelSnapshot snapshot) override
    {
        with([&](Disk::Run& run) { run.kernel_steps.push_back(snapshot.step); });
    }
    void ladder(LadderSnapshot snapshot) override
    {
        with([&](Disk::Run& run) { run.ladder.push_back(std::move(snapshot)); });
    }
    void state(RunState state) override
    {
        with([&](Disk::Run& run) { run.states.push_back(state); });
    }
    void checkpoint(Checkpoint checkpoint, bool best, std::function<void(const Result<void>&)> done) override
    {
        with([&](Disk::Run& run) {
            run.best_step = best ? checkpoint.step : run.best_step;
            run.checkpoints[checkpoint.step] = std::move(checkpoint);
        });
        if (done)
            done({});
    }
    Result<void> flush() override
    {
        with([](Disk::Run& run) { ++run.flushes; });
        return {};
    }

private:
    template <typename Use>
    void with(Use&& use)
    {
        const std::lock_guard lock(disk_.mutex);
        use(disk_.runs.at(path_));
    }

    Disk& disk_;
    std::string path_;
};

} // namespace

SessionParts parts(Disk& disk, const ModelOptions& options)
{
    SessionParts parts;
    parts.make_task = [](const TaskSettings&) -> Result<std::unique_ptr<Task>> { return task(); };
    parts.make_trainer = [options](const Experiment& experiment, const TaskShape&) -> Result<std::unique_ptr<Trainer>> {
        return trainer(experiment, options);
    };
    parts.create_run = [&disk](const std::string& path, const RunHeader& header,
                               const RunWriter::FailureHandler&) -> Result<std::unique_ptr<RunWriter>> {
        const std::lock_guard lock(disk.mutex);
        disk.runs[path].header = header;
        return std::make_unique<DiskWriter>(disk, path);
    };
    parts.resume_run = [&disk](const std::string& path,
                               const RunWriter::FailureHandler&) -> Result<std::unique_ptr<RunWriter>> {
        const std::lock_guard lock(disk.mutex);
        Disk::Run& run = disk.runs.at(path);
        const std::int64_t last = run.checkpoints.rbegin()->first;
        std::erase_if(run.metrics, [last](const MetricsRow& row) { return row.step > last; });
        std::erase_if(run.events, [last](const RunEvent& event) { return event.step > last; });
        std::erase_if(run.validation, [last](const ValidationRow& row) { return row.step > last; });
        return std::make_unique<DiskWriter>(disk, path);
    };
    parts.read_header = [&disk](const std::string& path) -> Result<RunHeader> { return disk.run(path).header; };
    parts.read_checkpoint = [&disk](const std::string& path) -> Result<Checkpoint> {
        return disk.run(path).checkpoints.rbegin()->second;
    };
    return parts;
}

} // namespace toeplab::core::tiny
