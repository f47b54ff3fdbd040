// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_writer.h"

#include "core/runs/checkpoint_io.h"
#include "core/runs/run_files.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

namespace toeplab::core
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenSyncs = std::chrono::seconds(1);
constexpr std::size_t kMostQueuedBytes = std::size_t{256} << 20;
constexpr std::size_t kSmallTaskBytes = 512; ///< what a row is counted as

struct CheckpointTask {
    Checkpoint checkpoint;
    bool best = false;
    std::function<void(const Result<void>&)> done;
};

struct FlushTask {
    std::shared_ptr<std::promise<Result<void>>> answer;
};

using Task = std::variant<MetricsRow, ValidationRow, RunEvent, KernelSnapshot, LadderSnapshot, RunState, CheckpointTask,
                          FlushTask>;

std::size_t bytesOf(const std::map<std::string, TensorBlob>& tensors)
{
    std::size_t bytes = 0;
    for (const auto& entry : tensors)
        bytes += entry.second.bytes.size();
    return bytes;
}

std::size_t bytesOf(const Task& task)
{
    if (const auto* kernel = std::get_if<KernelSnapshot>(&task))
        return kSmallTaskBytes + kernel->values.size() * sizeof(float);
    if (const auto* saved = std::get_if<CheckpointTask>(&task))
        return kSmallTaskBytes + bytesOf(saved->checkpoint.parameters) + bytesOf(saved->checkpoint.optimizer) +
               bytesOf(saved->checkpoint.generators);
    return kSmallTaskBytes;
}

void require(bool kept, const std::string& promise)
{
    if (!kept)
        throw std::logic_error(promise);
}

void requireTensors(const std::map<std::string, TensorBlob>& tensors)
{
    for (auto entry = tensors.begin(); entry != tensors.end(); ++entry) {
        const std::string problem = tensorProblem(entry->first, entry->second);
        require(problem.empty(), problem);
        const auto below = tensors.lower_bound(entry->first + "/");
        require(below == tensors.end() || !below->first.starts_with(entry->first + "/"),
                fmt::format("the tensor {} cannot be a group as well", entry->first));
    }
}

class ThreadedWriter final : public RunWriter
{
public:
    ThreadedWriter(std::unique_ptr<RunFiles> files, FailureHandler on_failure)
        : files_(std::move(files)), layers_(files_->store().header.layers), on_failure_(std::move(on_failure)),
          thread_([this] { work(); })
    {
    }
    ThreadedWriter(const ThreadedWriter&) = delete;
    ThreadedWriter& operator=(const ThreadedWriter&) = delete;

    ~ThreadedWriter() override
    {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void metrics(const MetricsRow& row) override { push(row); }
    void validation(const ValidationRow& row) override
    {
        ValidationRow clean = row;
        clean.split = cleanText(row.split);
        push(std::move(clean));
    }
    void event(const RunEvent& event) override
    {
        RunEvent clean = event;
        clean.kind = cleanText(event.kind);
        clean.text = cleanText(event.text);
        push(std::move(clean));
    }
    void state(RunState state) override { push(state); }

    void kernel(KernelSnapshot snapshot) override
    {
        require(snapshot.layer_index < layers_.size(),
                fmt::format("a kernel of layer index {} in a run of {} layers", snapshot.layer_index, layers_.size()));
        const LayerInfo& info = layers_[snapshot.layer_index];
        const auto expected = static_cast<std::size_t>(info.channels * (2 * info.length - 1));
        require(snapshot.values.size() == expected, fmt::format("a kernel of {} values where layer {} has {}",
                                                                snapshot.values.size(), info.layer, expected));
        push(std::move(snapshot));
    }

    void ladder(LadderSnapshot snapshot) override
    {
        require(snapshot.layers.size() == layers_.size(),
                fmt::format("a ladder of {} rows in a run of {} layers", snapshot.layers.size(), layers_.size()));
        push(std::move(snapshot));
    }

    void checkpoint(Checkpoint checkpoint, bool best, std::function<void(const Result<void>&)> done) override
    {
        requireTensors(checkpoint.parameters);
        requireTensors(checkpoint.optimizer);
        requireTensors(checkpoint.generators);
        push(CheckpointTask{std::move(checkpoint), best, std::move(done)});
    }

    [[nodiscard]] Result<void> flush() override
    {
        const auto answer = std::make_shared<std::promise<Result<void>>>();
        auto future = answer->get_future();
        push(FlushTask{answer});
        return future.get();
    }

private:
    void push(Task task)
    {
        const std::size_t bytes = bytesOf(task);
        {
            std::unique_lock lock(mutex_);
            if (std::this_thread::get_id() != thread_.get_id()) // a callback must not wait for its own thread
                room_.wait(lock, [&] { return queued_bytes_ == 0 || queued_bytes_ + bytes <= kMostQueuedBytes; });
            if (saving_)
                writeMeanwhile(task);
            queue_.push_back(std::move(task));
            queued_bytes_ += bytes;
        }
        wake_.notify_one();
    }

    /// So that what is said while a large snapshot is being written is not lost when the process is killed. Kernels are
    /// left out: to encode them here would hold up the training. Called with mutex_ held.
    void writeMeanwhile(const Task& task)
    {
        std::visit(
            [this](const auto& value) {
                using Value = std::decay_t<decltype(value)>;
                if constexpr (std::is_constructible_v<RunRecord, const Value&>)
                    files_->meanwhile(value);
            },
            task);
    }

    void work()
    {
        Clock::time_point next_sync = Clock::now() + kBetweenSyncs;
        for (;;) {
            std::deque<Task> batch;
            bool stopping = false;
            {
                std::unique_lock lock(mutex_);
                wake_.wait_until(lock, next_sync, [this] { return stopping_ || !queue_.empty(); });
                batch.swap(queue_);
                stopping = stopping_;
            }
            if (stopping && batch.empty())
                break;
            for (Task& task : batch)
                handle(task);
            saveCheckpoints(true);
            if (sync_now_ || Clock::now() >= next_sync) {
                reportSync(files_->sync());
                sync_now_ = false;
                next_sync = Clock::now() + kBetweenSyncs;
            } else {
                report(files_->write());
            }
        }
        report(files_->finish());
    }

    void handle(Task& task)
    {
        const std::size_t bytes = bytesOf(task);
        std::visit([this](auto& value) { take(value); }, task);
        {
            const std::scoped_lock lock(mutex_);
            queued_bytes_ -= bytes;
        }
        room_.notify_all();
    }

    void take(const MetricsRow& row) { files_->record(row); }
    void take(const LadderSnapshot& snapshot) { files_->record(snapshot); }
    void take(KernelSnapshot& snapshot) { files_->kernel(std::move(snapshot)); }
    void take(RunState state)
    {
        files_->record(state);
        sync_now_ = true;
    }
    void take(const ValidationRow& row)
    {
        files_->record(row);
        sync_now_ = true;
    }
    void take(const RunEvent& event)
    {
        files_->record(event);
        sync_now_ = true;
    }
    void take(CheckpointTask& task)
    {
        files_->checkpoint(std::move(task.checkpoint), task.best);
        unsaved_.push_back(std::move(task.done));
    }
    /// One snapshot for all checkpoints that came while the last one was being written: however often they come, the
    /// disk stays at most one snapshot behind. `all_told`: nothing of the batch is left, what comes next is in the
    /// queue.
    void saveCheckpoints(bool all_told)
    {
        if (unsaved_.empty())
            return;
        report(files_->write()); // what is lost when the process is killed meanwhile is only what comes meanwhile
        if (all_told) {
            const std::scoped_lock lock(mutex_);
            saving_ = true;
            files_->openMeanwhile();
            for (const Task& task : queue_)
                writeMeanwhile(task);
        }
        const Result<void> saved = files_->save();
        {
            const std::scoped_lock lock(mutex_);
            saving_ = false;
        }
        report(saved);
        for (const auto& done : std::exchange(unsaved_, {})) {
            if (done)
                done(saved);
        }
    }
    void take(FlushTask& task)
    {
        saveCheckpoints(false);
        const Result<void> synced = files_->sync();
        reportSync(synced);
        task.answer->set_value(synced);
    }

    /// One sentence for each failure, not one for each time it is met again.
    void report(const Result<void>& result)
    {
        if (!result && reported_.insert(result.error().message).second && on_failure_)
            on_failure_(result.error());
    }
    /// Only when all is on the disk again is a failure a new one.
    void reportSync(const Result<void>& synced)
    {
        report(synced);
        if (synced)
            reported_.clear();
    }

    std::unique_ptr<RunFiles> files_; ///< the writer thread's alone
    std::vector<LayerInfo> layers_;
    FailureHandler on_failure_;
    std::vector<std::function<void(const Result<void>&)>> unsaved_; ///< of checkpoints that the files hold in memory
    std::set<std::string> reported_;
    bool sync_now_ = false;

    std::mutex mutex_;
    std::condition_variable wake_, room_;
    std::deque<Task> queue_;
    std::size_t queued_bytes_ = 0; ///< waiting or being handled
    bool stopping_ = false;
    bool saving_ = false; ///< a snapshot is being written
    std::thread thread_;  ///< last: it uses all of the above
};

Result<std::unique_ptr<RunWriter>> started(Result<std::unique_ptr<RunFiles>> files,
                                           RunWriter::FailureHandler on_failure)
{
    if (!files)
        return tl::unexpected(files.error());
    return std::make_unique<ThreadedWriter>(std::move(*files), std::move(on_failure));
}

} // namespace

Result<std::unique_ptr<RunWriter>> RunWriter::create(const std::string& path, RunHeader header,
                                                     FailureHandler on_failure)
{
    return started(RunFiles::create(path, std::move(header)), std::move(on_failure));
}

Result<std::unique_ptr<RunWriter>> RunWriter::resume(const std::string& path, FailureHandler on_failure)
{
    return started(RunFiles::resume(path), std::move(on_failure));
}

} // namespace toeplab::core
