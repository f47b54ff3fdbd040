// SPDX-License-Identifier: Apache-2.0
#include "core/training/prefetcher.h"

#include <utility>

namespace toeplab::core
{

Prefetcher::Prefetcher(std::shared_ptr<const Dataset> dataset, BatchPlan plan, std::int64_t first, std::size_t ahead)
    : dataset_(std::move(dataset)), plan_(std::move(plan)), count_(first), ahead_(ahead),
      worker_([this](const std::stop_token& stop) { work(stop); })
{
}

Batch Prefetcher::next()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || failure_ != nullptr; });
    if (ready_.empty())
        std::rethrow_exception(failure_);
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
}

void Prefetcher::work(const std::stop_token& stop)
{
    try {
        while (!stop.stop_requested()) {
            Batch batch = dataset_->batch(plan_.indices(plan_.at(count_++)));
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return ready_.size() < ahead_; }))
                return;
            ready_.push_back(std::move(batch));
            changed_.notify_all();
        }
    } catch (...) { // handed to next(), whose caller owns the run
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        changed_.notify_all();
    }
}

} // namespace toeplab::core
