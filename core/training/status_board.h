// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/meters.h"
#include "core/training/session.h"

#include <chrono>
#include <mutex>

namespace toeplab::core
{

/// The session's status: changed by its threads, read by any. What is published is never older than what was published
/// before.
class StatusBoard
{
public:
    explicit StatusBoard(SessionSink& sink) : sink_(sink) {}

    [[nodiscard]] SessionStatus get() const
    {
        const std::lock_guard lock(mutex_);
        return status_;
    }
    /// Changes and publishes at once.
    template <typename Change>
    void change(Change&& change)
    {
        const std::lock_guard lock(mutex_);
        change(status_);
        publishLocked();
    }
    /// Changes, and publishes unless that was done a moment ago: for what changes at each step.
    template <typename Change>
    void drift(Change&& change)
    {
        const std::lock_guard lock(mutex_);
        change(status_);
        if (std::chrono::steady_clock::now() >= next_)
            publishLocked();
    }

private:
    void publishLocked()
    {
        next_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
        sink_.status(status_);
    }

    SessionSink& sink_;
    mutable std::mutex mutex_;
    SessionStatus status_;
    SteadyTime next_{};
};

} // namespace toeplab::core
