// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/batch_plan.h"
#include "core/tasks/task.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace toeplab::core
{

/// Makes the batches of a plan, in its order, a few ahead on a thread of its own. Which thread was faster never changes
/// what next() gives.
class Prefetcher
{
public:
    /// first: batches of the plan that have been used already.
    Prefetcher(std::shared_ptr<const Dataset> dataset, BatchPlan plan, std::int64_t first, std::size_t ahead = 4);

    /// The next batch; waits for it. Throws what the data set threw.
    [[nodiscard]] Batch next();

private:
    void work(const std::stop_token& stop);

    std::shared_ptr<const Dataset> dataset_;
    BatchPlan plan_;
    std::int64_t count_;
    std::size_t ahead_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Batch> ready_;
    std::exception_ptr failure_;
    std::jthread worker_; ///< last: it uses all of the above
};

} // namespace toeplab::core
