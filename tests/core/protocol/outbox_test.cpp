// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/outbox.h"
#include "tests/core/protocol/samples.h"

#include <gmock/gmock.h>

#include <thread>

namespace
{

using namespace toeplab::core;
using std::chrono::milliseconds;

const Outbox::Clock::time_point kStart{std::chrono::hours(1)};

std::vector<std::size_t> kinds(const std::vector<EventBody>& events)
{
    std::vector<std::size_t> result;
    for (const EventBody& event : events)
        result.push_back(event.index());
    return result;
}

TEST(Outbox, FirstAtOnceThenOncePerInterval)
{
    int wakes = 0;
    Outbox outbox([&] { ++wakes; }, milliseconds(50));
    EXPECT_EQ(outbox.due(), std::nullopt);
    outbox.metrics(samples::metricsRow(1));
    EXPECT_EQ(wakes, 1);
    EXPECT_EQ(outbox.take(kStart).size(), 1U);
    for (int step = 2; step < 100; ++step)
        outbox.metrics(samples::metricsRow(step));
    EXPECT_EQ(wakes, 2) << "only when something waits where nothing did";
    EXPECT_EQ(outbox.due(), kStart + milliseconds(50));
    EXPECT_TRUE(outbox.take(kStart + milliseconds(49)).empty());
    const std::vector<EventBody> events = outbox.take(kStart + milliseconds(50));
    ASSERT_EQ(events.size(), 1U);
    const auto& rows = std::get<MetricsEvent>(events[0]).rows;
    ASSERT_EQ(rows.size(), 98U) << "every row, none lost";
    for (std::size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(rows[i].step, static_cast<std::int64_t>(i) + 2);
    EXPECT_EQ(outbox.due(), std::nullopt);
}

TEST(Outbox, NewestWinsAndStatusComesLast)
{
    Outbox outbox({});
    SessionStatus status = samples::status();
    for (int step = 1; step <= 5; ++step) {
        status.step = step;
        outbox.status(status);
        outbox.kernels(samples::kernels(0, step));
        outbox.kernels(samples::kernels(1, step));
        outbox.ladder(samples::ladder(step));
        outbox.event({step, 0, "note", "", 0});
        outbox.metrics(samples::metricsRow(step));
    }
    const std::vector<EventBody> events = outbox.take(kStart);
    ASSERT_THAT(kinds(events), testing::ElementsAre(4, 4, 4, 4, 4, 2, 5, 5, 6, 0));
    EXPECT_EQ(std::get<SessionStatus>(events.back()).step, 5);
    EXPECT_EQ(std::get<std::shared_ptr<const KernelFrame>>(events[6])->step, 5);
    EXPECT_EQ(std::get<std::shared_ptr<const KernelFrame>>(events[7])->layer_index, 1U);
}

TEST(Outbox, ANewRunDoesNotMixWithTheLast)
{
    Outbox outbox({});
    outbox.metrics(samples::metricsRow(900));
    outbox.status(samples::status());
    outbox.started(samples::header(), "b.h5");
    outbox.metrics(samples::metricsRow(1));
    EXPECT_THAT(kinds(outbox.takeAll()), testing::ElementsAre(2, 0, 1, 2));
}

TEST(Outbox, NothingIsLostBetweenThreads)
{
    constexpr int kRows = 20000;
    Outbox outbox({}, milliseconds(0));
    std::jthread session([&] {
        for (int step = 1; step <= kRows; ++step) {
            outbox.metrics(samples::metricsRow(step));
            outbox.kernels(samples::kernels(0, step));
        }
    });
    std::int64_t next = 1;
    std::int64_t kernel_step = 0;
    const auto collect = [&](const std::vector<EventBody>& events) {
        for (const EventBody& event : events) {
            if (const auto* metrics = std::get_if<MetricsEvent>(&event)) {
                for (const MetricsRow& row : metrics->rows)
                    ASSERT_EQ(row.step, next++);
            } else {
                const auto& frame = std::get<std::shared_ptr<const KernelFrame>>(event);
                ASSERT_GT(frame->step, kernel_step);
                kernel_step = frame->step;
            }
        }
    };
    while (next <= kRows)
        collect(outbox.take(Outbox::Clock::now()));
    session.join();
    collect(outbox.takeAll());
    EXPECT_EQ(next, kRows + 1);
    EXPECT_EQ(kernel_step, kRows) << "always one after the last";
}

} // namespace
