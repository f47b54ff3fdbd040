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
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace toeplab::core
{

/// Kernels of all layers at one step.
using KernelSet = std::vector<std::shared_ptr<const KernelFrame>>;

/// The channel of median energy (sum of squares), thinned to at most `points` values that keep every extreme: equal
/// stretches of lags, each with its least and greatest value in their order. kernels: (channels, lags).
[[nodiscard]] std::vector<float> sparkline(std::span<const float> kernels, std::int64_t channels,
                                           std::size_t points = 256);

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
