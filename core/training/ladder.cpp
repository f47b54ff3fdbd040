// SPDX-License-Identifier: Apache-2.0
#include "core/training/ladder.h"

#include "core/analysis/kernel_analysis.h"
#include "core/analysis/sparkline.h"
#include "core/training/meters.h"

#include <utility>

namespace toeplab::core
{

LadderWorker::LadderWorker(SessionSink& sink)
    : sink_(sink), worker_([this](const std::stop_token& stop) { work(stop); })
{
}

void LadderWorker::score(KernelSet kernels, bool keep)
{
    if (kernels.empty())
        return;
    const std::lock_guard lock(mutex_);
    if (keep)
        kept_.push_back(std::move(kernels));
    else
        passing_ = std::move(kernels);
    changed_.notify_all();
}

std::vector<LadderSnapshot> LadderWorker::finished()
{
    const std::lock_guard lock(mutex_);
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
    return std::exchange(finished_, {});
}

void LadderWorker::drain()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_ && kept_.empty() && !passing_; });
}

double LadderWorker::lastSeconds() const
{
    const std::lock_guard lock(mutex_);
    return last_seconds_;
}

std::shared_ptr<const LadderFrame> LadderWorker::scored(const KernelSet& kernels) const
{
    auto frame = std::make_shared<LadderFrame>();
    frame->step = kernels.front()->step;
    for (const std::shared_ptr<const KernelFrame>& kernel : kernels) {
        frame->infos.push_back(kernel->info);
        frame->scores.push_back(scoreLayer(kernel->values, kernel->info.channels, LayerScores().band));
        frame->sparklines.push_back(sparkline(kernel->values, kernel->info.channels));
    }
    return frame;
}

void LadderWorker::work(const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !kept_.empty() || passing_.has_value(); })) {
        const bool keep = !kept_.empty();
        KernelSet kernels;
        if (keep) {
            kernels = std::move(kept_.front());
            kept_.pop_front();
        } else {
            kernels = *std::exchange(passing_, std::nullopt);
        }
        busy_ = true;
        lock.unlock();
        const SteadyTime begin = std::chrono::steady_clock::now();
        std::shared_ptr<const LadderFrame> frame;
        std::exception_ptr failure;
        try {
            frame = scored(kernels);
            sink_.ladder(frame);
        } catch (...) { // handed to finished(), on the thread that owns the run
            failure = std::current_exception();
        }
        lock.lock();
        last_seconds_ = secondsBetween(begin, std::chrono::steady_clock::now());
        if (failure)
            failure_ = failure;
        else if (keep)
            finished_.push_back({frame->step, frame->scores});
        busy_ = false;
        changed_.notify_all();
    }
}

} // namespace toeplab::core
