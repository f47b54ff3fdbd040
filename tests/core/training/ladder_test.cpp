// SPDX-License-Identifier: Apache-2.0
#include "core/training/ladder.h"
#include "tests/core/training/tiny.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace
{

using namespace toeplab::core;

KernelSet kernelsAt(std::int64_t step)
{
    auto frame = std::make_shared<KernelFrame>();
    frame->info = {1, "sequence", "tno", "exact", false, 3, 2, ""};
    frame->step = step;
    frame->values = {0, 1, 0, 0, 2, 0, 0, 9, 0};
    return {frame};
}

TEST(LadderWorker, ScoresAllThatIsKeptInOrder)
{
    tiny::Listener listener;
    LadderWorker worker(listener);
    for (std::int64_t step = 0; step < 50; ++step) {
        worker.score(kernelsAt(step), true);
        worker.score(kernelsAt(1000 + step), false);
    }
    worker.drain();
    const std::vector<LadderSnapshot> finished = worker.finished();
    ASSERT_EQ(finished.size(), 50U);
    for (std::size_t i = 0; i < 50; ++i) {
        EXPECT_EQ(finished[i].step, static_cast<std::int64_t>(i));
        EXPECT_EQ(finished[i].layers.at(0).channels, 3);
    }
    EXPECT_TRUE(worker.finished().empty());
    const bool newest = std::ranges::any_of(listener.ladders, [](const auto& frame) { return frame->step == 1049; });
    EXPECT_TRUE(newest) << "always one after the last";
}

} // namespace
