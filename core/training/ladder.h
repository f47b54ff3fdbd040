// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_data.h"
#include "core/training/session.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace toeplab::core
{

/// Kernels of all layers at one step.
using KernelSet = std::vector<std::shared_ptr<const KernelFrame>>;

/// Scores kernels on a thread of its own, so that training goes on. Sets to be kept are all scored, in order; of the
/// others the newest wins.
class LadderWorker
{
public:
    explicit LadderWorker(SessionSink& sink);

    void score(KernelSet kernels, bool keep);
    /// Scores of the sets to be kept that are finished by now, each given once. Throws what scoring threw.
    [[nodiscard]] std::vector<LadderSnapshot> finished();
    void drain();                             ///< waits until nothing is left to do
    [[nodiscard]] double lastSeconds() const; ///< how long the last set took

private:
    void work(const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<const LadderFrame> scored(const KernelSet& kernels) const;

    SessionSink& sink_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<KernelSet> kept_;
    std::optional<KernelSet> passing_;
    std::vector<LadderSnapshot> finished_;
    bool busy_ = false;
    double last_seconds_ = 0;
    std::exception_ptr failure_;
    std::jthread worker_;
};

} // namespace toeplab::core
