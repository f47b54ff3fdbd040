// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/outbox.h"

#include <utility>

namespace toeplab::core
{

namespace
{

/// Rows in one metrics event: ten columns of 8 bytes, far below the frame limit.
constexpr std::size_t kMaxRows = 65536;

} // namespace

bool Outbox::Waiting::empty() const
{
    return one_by_one.empty() && metrics.rows.empty() && kernels.empty() && ladder == nullptr && !status;
}

Outbox::Outbox(std::function<void()> wake, Clock::duration interval) : wake_(std::move(wake)), interval_(interval) {}

template <typename Change>
void Outbox::say(Change&& change)
{
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = ready_.empty() && waiting_.empty();
        change(waiting_);
    }
    if (first && wake_)
        wake_();
}

void Outbox::status(const SessionStatus& status)
{
    say([&](Waiting& waiting) { waiting.status = status; });
}

void Outbox::started(const RunHeader& header, const std::string& run_path)
{
    say([&](Waiting&) {
        sealLocked(); // what a run before this one said belongs before it
        ready_.emplace_back(StartedEvent{run_path, header});
    });
}

void Outbox::metrics(const MetricsRow& row)
{
    say([&](Waiting& waiting) {
        if (waiting.metrics.rows.size() == kMaxRows)
            waiting.one_by_one.emplace_back(std::exchange(waiting.metrics, {}));
        waiting.metrics.rows.push_back(row);
    });
}

void Outbox::validation(const ValidationRow& row)
{
    say([&](Waiting& waiting) { waiting.one_by_one.emplace_back(row); });
}

void Outbox::event(const RunEvent& event)
{
    say([&](Waiting& waiting) { waiting.one_by_one.emplace_back(event); });
}

void Outbox::kernels(std::shared_ptr<const KernelFrame> frame)
{
    say([&](Waiting& waiting) { waiting.kernels[frame->layer_index] = std::move(frame); });
}

void Outbox::ladder(std::shared_ptr<const LadderFrame> frame)
{
    say([&](Waiting& waiting) { waiting.ladder = std::move(frame); });
}

void Outbox::log(LogEvent log)
{
    say([&](Waiting& waiting) { waiting.one_by_one.emplace_back(std::move(log)); });
}

void Outbox::sealLocked()
{
    Waiting waiting = std::exchange(waiting_, {});
    if (!waiting.metrics.rows.empty())
        waiting.one_by_one.emplace_back(std::move(waiting.metrics));
    for (auto& [index, frame] : waiting.kernels)
        waiting.one_by_one.emplace_back(std::move(frame));
    if (waiting.ladder)
        waiting.one_by_one.emplace_back(std::move(waiting.ladder));
    if (waiting.status)
        waiting.one_by_one.emplace_back(std::move(*waiting.status));
    for (EventBody& event : waiting.one_by_one)
        ready_.push_back(std::move(event));
}

std::vector<EventBody> Outbox::take(Clock::time_point now)
{
    const std::lock_guard lock(mutex_);
    if (now < next_)
        return {};
    sealLocked();
    if (!ready_.empty())
        next_ = now + interval_;
    return std::exchange(ready_, {});
}

std::vector<EventBody> Outbox::takeAll()
{
    const std::lock_guard lock(mutex_);
    sealLocked();
    return std::exchange(ready_, {});
}

std::optional<Outbox::Clock::time_point> Outbox::due() const
{
    const std::lock_guard lock(mutex_);
    if (ready_.empty() && waiting_.empty())
        return std::nullopt;
    return next_;
}

} // namespace toeplab::core
