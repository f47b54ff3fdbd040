// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace toeplab::core
{

/// Kernels that somebody looks at.
struct WatchOrder {
    std::vector<std::size_t> layers; ///< indices; empty: nobody looks
    double per_second = 10;
    std::int64_t version = 0; ///< grows with each change
};

/// What others ask of the training thread. Requests may come from any thread and return at once; the training thread
/// takes one order at a time between two steps.
class Control
{
public:
    explicit Control(bool paused, std::int64_t steps_done = 0) : paused_(paused), started_(steps_done) {}

    void pause();
    void resume();
    [[nodiscard]] Result<void> step(std::int64_t count); ///< refused while it runs
    void stop(bool with_checkpoint);
    void save();
    /// The first step that will use it.
    [[nodiscard]] std::int64_t setLearningRate(double lr);
    void watch(std::vector<std::size_t> layers, double per_second);

    struct Order {
        enum class Kind { Run, Pause, Resume, Save, SetRate, Watch, Stop } kind = Kind::Run;
        double lr = 0;               ///< of SetRate
        bool with_checkpoint = true; ///< of Stop
        bool single = false;         ///< of Run, Pause and Resume: because of step()
    };
    /// The training thread, before each step: what to do next. Run means one step, which counts as begun. While paused
    /// with nothing to do it waits. Stop comes again and again.
    [[nodiscard]] Order next();
    [[nodiscard]] bool stopping() const; ///< for long work between two orders
    [[nodiscard]] WatchOrder watching() const;
    void startAt(std::int64_t steps_done); ///< a resumed run: before the first next()

private:
    [[nodiscard]] std::optional<Order> orderLocked();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool paused_;
    bool pause_told_ = false;  ///< the training thread knows that it is paused
    std::int64_t singles_ = 0; ///< steps to run although paused
    bool stepping_ = false;    ///< the last change between running and paused was by step()
    bool save_ = false;
    std::optional<double> lr_;
    std::optional<bool> stop_; ///< with a checkpoint or not
    WatchOrder watch_;
    std::int64_t watch_seen_ = 0;
    std::int64_t started_; ///< the last step begun
};

} // namespace toeplab::core
