// SPDX-License-Identifier: Apache-2.0
#include "core/training/control.h"
#include "core/training/prefetcher.h"
#include "tests/core/training/tiny.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace
{

using namespace toeplab::core;
using Kind = Control::Order::Kind;

TEST(Control, RunsUntilAskedOtherwise)
{
    Control control(false);
    EXPECT_EQ(control.next().kind, Kind::Run);
    EXPECT_EQ(control.next().kind, Kind::Run);
    control.save();
    EXPECT_EQ(control.setLearningRate(0.5), 3) << "two steps have begun";
    const Control::Order order = control.next();
    EXPECT_EQ(order.kind, Kind::SetRate);
    EXPECT_EQ(order.lr, 0.5);
    EXPECT_EQ(control.next().kind, Kind::Save);
    EXPECT_EQ(control.next().kind, Kind::Run);
    control.stop(false);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(control.next().kind, Kind::Stop);
        EXPECT_FALSE(control.next().with_checkpoint);
    }
}

TEST(Control, StepsFromPaused)
{
    Control control(true);
    EXPECT_EQ(control.next().kind, Kind::Pause);
    ASSERT_TRUE(control.step(2));
    const Control::Order resume = control.next();
    EXPECT_EQ(resume.kind, Kind::Resume);
    EXPECT_TRUE(resume.single);
    EXPECT_EQ(control.next().kind, Kind::Run);
    EXPECT_EQ(control.next().kind, Kind::Run);
    const Control::Order pause = control.next();
    EXPECT_EQ(pause.kind, Kind::Pause);
    EXPECT_TRUE(pause.single);
    control.resume();
    EXPECT_FALSE(control.next().single);
    EXPECT_EQ(control.next().kind, Kind::Run);
    EXPECT_FALSE(control.step(1)) << "only from paused";
    control.pause();
    EXPECT_FALSE(control.next().single);
}

TEST(Control, WatchingWakesAPausedRun)
{
    Control control(true);
    EXPECT_EQ(control.next().kind, Kind::Pause);
    control.watch({1}, 5);
    EXPECT_EQ(control.next().kind, Kind::Watch);
    EXPECT_THAT(control.watching().layers, testing::ElementsAre(1));
}

class FailingDataset final : public Dataset
{
public:
    std::int64_t size() const override { return 10; }
    std::int64_t length(std::int64_t) const override { return 1; }
    std::string text(std::int64_t) const override { return {}; }
    Batch batch(std::span<const std::int64_t> indices) const override
    {
        if (indices.front() == 6)
            throw std::runtime_error("sample 6 is torn");
        Batch batch;
        batch.labels.assign(indices.begin(), indices.end());
        return batch;
    }
};

TEST(Prefetcher, KeepsTheOrderFromAnyPlace)
{
    Result<std::shared_ptr<const Dataset>> data = tiny::task()->dataset(Split::Train);
    BatchPlanOptions options;
    options.batch = 8;
    options.seed = 3;
    BatchPlan plan((*data)->size(), options);
    Prefetcher all(*data, plan, 0, 2);
    Prefetcher later(*data, plan, 9);
    for (std::int64_t count = 0; count < 20; ++count) {
        const Batch expected = (*data)->batch(plan.indices(plan.at(count)));
        EXPECT_EQ(all.next().tokens, expected.tokens) << count;
        if (count >= 9) {
            EXPECT_EQ(later.next().tokens, expected.tokens) << count;
        }
    }
}

TEST(Prefetcher, HandsOnWhatTheDataSetThrows)
{
    BatchPlanOptions options;
    options.batch = 2;
    options.shuffle = false;
    Prefetcher batches(std::make_shared<FailingDataset>(), BatchPlan(10, options), 0);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(batches.next().labels.front(), 2 * i);
    EXPECT_THROW(static_cast<void>(batches.next()), std::runtime_error);
}

} // namespace
