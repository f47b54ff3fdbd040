// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace toeplab::core
{

using SteadyTime = std::chrono::steady_clock::time_point;

[[nodiscard]] inline double secondsBetween(SteadyTime begin, SteadyTime end)
{
    return std::chrono::duration<double>(end - begin).count();
}

/// Steps and tokens a second over the last few seconds.
class RateMeter
{
public:
    static constexpr double kWindow = 4; ///< seconds

    void add(SteadyTime now, std::int64_t tokens)
    {
        tokens_ += tokens;
        marks_.push_back({now, ++steps_, tokens_});
        while (marks_.size() > 2 && secondsBetween(marks_.front().time, now) > kWindow)
            marks_.pop_front();
    }
    void restart() { marks_.clear(); } ///< after a pause
    [[nodiscard]] double stepsPerSecond() const { return rate(&Mark::steps); }
    [[nodiscard]] double tokensPerSecond() const { return rate(&Mark::tokens); }

private:
    struct Mark {
        SteadyTime time;
        std::int64_t steps, tokens;
    };
    [[nodiscard]] double rate(std::int64_t Mark::*count) const
    {
        if (marks_.size() < 2)
            return 0;
        const double seconds = secondsBetween(marks_.front().time, marks_.back().time);
        return seconds > 0 ? static_cast<double>(marks_.back().*count - marks_.front().*count) / seconds : 0;
    }

    std::deque<Mark> marks_;
    std::int64_t steps_ = 0, tokens_ = 0;
};

/// Time that counts: what passed between start() and stop(), on top of what a resumed run brought along.
class Stopwatch
{
public:
    explicit Stopwatch(double seconds = 0) : before_(seconds) {}
    void start(SteadyTime now)
    {
        started_ = now;
        running_ = true;
    }
    void stop(SteadyTime now)
    {
        before_ = seconds(now);
        running_ = false;
    }
    [[nodiscard]] double seconds(SteadyTime now) const
    {
        return before_ + (running_ ? secondsBetween(started_, now) : 0);
    }

private:
    double before_;
    SteadyTime started_{};
    bool running_ = false;
};

/// Of this process, from /proc: resident memory in MiB now, and its highest value so far.
[[nodiscard]] double residentMib();
[[nodiscard]] double peakResidentMib();

} // namespace toeplab::core
