// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/messages.h"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace toeplab::core
{

/// What a session says, waiting to be sent: filled on the session's threads, emptied by the thread that owns the
/// stream, at most once an interval. Of status, ladder and each layer's kernels the newest wins; metrics, validations
/// and marks come all. What was said last is always delivered, and a status never overtakes what was said before it.
class Outbox final : public SessionSink
{
public:
    using Clock = std::chrono::steady_clock;

    /// wake is called, on the session's threads, when something waits where nothing did.
    explicit Outbox(std::function<void()> wake, Clock::duration interval = std::chrono::milliseconds(50));

    void status(const SessionStatus& status) override;
    void started(const RunHeader& header, const std::string& run_path) override;
    void metrics(const MetricsRow& row) override;
    void validation(const ValidationRow& row) override;
    void event(const RunEvent& event) override;
    void kernels(std::shared_ptr<const KernelFrame> frame) override;
    void ladder(std::shared_ptr<const LadderFrame> frame) override;
    void log(LogEvent log);

    /// All that waits, in the order in which it may be sent, or nothing before due().
    [[nodiscard]] std::vector<EventBody> take(Clock::time_point now);
    /// The same whatever the time: the stream is about to be closed.
    [[nodiscard]] std::vector<EventBody> takeAll();
    /// From when on take() gives something; nothing waits: none.
    [[nodiscard]] std::optional<Clock::time_point> due() const;

private:
    /// What can be merged, of one run.
    struct Waiting {
        std::vector<EventBody> one_by_one; ///< logs, validations, marks
        MetricsEvent metrics;
        std::map<std::size_t, std::shared_ptr<const KernelFrame>> kernels; ///< by layer
        std::shared_ptr<const LadderFrame> ladder;
        std::optional<SessionStatus> status;
        [[nodiscard]] bool empty() const;
    };

    template <typename Change>
    void say(Change&& change);
    void sealLocked(); ///< moves what waits to ready_, in order

    std::function<void()> wake_;
    Clock::duration interval_;
    mutable std::mutex mutex_;
    Waiting waiting_;
    std::vector<EventBody> ready_;
    Clock::time_point next_{};
};

} // namespace toeplab::core
