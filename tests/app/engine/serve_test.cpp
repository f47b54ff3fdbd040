// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"
#include "core/runs/run_reader.h"
#include "tests/app/engine/engine_process.h"
#include "tests/app/engine/home.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

namespace
{

using namespace toeplab;
using core::SessionState;
using test::EngineProcess;
using testing::HasSubstr;

const std::vector<std::string> kServe = {"serve", "--threads", "1"};

/// The real engine over pipes, with a model of a few hundred parameters.
class ServeTest : public test::EngineTest
{
protected:
    void greet(EngineProcess& engine)
    {
        const core::Answer answer = engine.ask(core::HelloRequest{"1.0", "test"});
        ASSERT_TRUE(answer.ok) << answer.error;
        const core::Result<core::HelloAnswer> hello = core::helloFromKeys(answer.keys);
        ASSERT_TRUE(hello) << hello.error().message;
        EXPECT_EQ(hello->version, "1.0");
        EXPECT_EQ(hello->libtorch, "2.11.0");
        EXPECT_EQ(hello->threads, 1);
    }
    std::string startRun(EngineProcess& engine, bool paused, bool resume = false, const std::string& run = {})
    {
        const core::Answer answer =
            engine.ask(core::StartRequest{core::toJson(smallExperiment()), run, resume, paused});
        EXPECT_TRUE(answer.ok) << answer.error;
        return answer.keys.value("run", "");
    }
    static void expectRowsWithoutGaps(const std::vector<core::MetricsRow>& rows, std::int64_t first)
    {
        for (std::size_t i = 0; i < rows.size(); ++i)
            ASSERT_EQ(rows[i].step, first + static_cast<std::int64_t>(i));
    }
};

TEST_F(ServeTest, DrivesARunFromStartToStop)
{
    EngineProcess engine(kServe, home_);
    greet(engine);
    ASSERT_TRUE(engine.ask(core::WatchRequest{{0}, 20}).ok);
    const std::string run = startRun(engine, true);
    ASSERT_TRUE(engine.untilStatus([](const auto& status) { return status.state == SessionState::Paused; }));
    ASSERT_EQ(engine.started.size(), 1U);
    EXPECT_EQ(engine.started[0].run, run);
    EXPECT_EQ(engine.started[0].header.layers.size(), 1U);
    ASSERT_TRUE(engine.ask(core::StepRequest{1}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Paused && s.step == 1; }));
    ASSERT_TRUE(engine.ask(core::StepRequest{5}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Paused && s.step == 6; }));
    EXPECT_EQ(engine.rows.size(), 6U);
    EXPECT_EQ(engine.kernels.back()->step, 6) << "always one after the last step";
    EXPECT_EQ(
        engine.kernels.back()->values.size(),
        static_cast<std::size_t>(engine.kernels.back()->info.channels * (2 * engine.kernels.back()->info.length - 1)));

    const core::Answer set = engine.ask(core::SetRequest{"optimizer.lr", 0.0005});
    ASSERT_TRUE(set.ok) << set.error;
    EXPECT_EQ(set.keys["effective_step"], 7);
    ASSERT_TRUE(engine.ask(core::ResumeRequest{}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.step >= 40; }));
    ASSERT_TRUE(engine.ask(core::PauseRequest{}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Paused; }));
    const core::Answer asked = engine.ask(core::StatusRequest{});
    EXPECT_EQ(asked.keys["step"], engine.status.step);
    EXPECT_EQ(asked.keys["state"], "paused");
    ASSERT_TRUE(engine.ask(core::StopRequest{true}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Stopped; }));
    expectRowsWithoutGaps(engine.rows, 1);
    EXPECT_EQ(static_cast<std::int64_t>(engine.rows.size()), engine.status.step);
    EXPECT_EQ(engine.status.saved_step, engine.status.step);
    EXPECT_FALSE(engine.ladders.empty());
    const bool marked = std::ranges::any_of(engine.marks, [](const auto& m) { return m.kind == "lr" && m.step == 7; });
    EXPECT_TRUE(marked);
    EXPECT_FALSE(engine.ask(core::PauseRequest{}).ok);
    ASSERT_TRUE(engine.ask(core::ShutdownRequest{}).ok);
    EXPECT_EQ(engine.wait().code, 0);
    EXPECT_EQ(engine.protocol_error, "");
    const core::Result<core::RunData> data = core::readRun(run);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->state, core::RunState::Stopped);
    EXPECT_EQ(data->training.size(), engine.rows.size());
    for (std::size_t i = 0; i < engine.rows.size(); ++i)
        ASSERT_EQ(data->training[i].loss, engine.rows[i].loss);
}

TEST_F(ServeTest, AKilledRunGoesOnFromItsCheckpoint)
{
    std::string run;
    std::vector<core::MetricsRow> before;
    {
        EngineProcess engine(kServe, home_);
        greet(engine);
        run = startRun(engine, false);
        ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.saved_step >= 20 && s.step > 25; }));
        engine.signal(SIGKILL);
        EXPECT_EQ(engine.wait().code, -SIGKILL);
        before = engine.rows;
    }
    const core::Result<core::RunData> crashed = core::readRun(run);
    ASSERT_TRUE(crashed) << crashed.error().message;
    EXPECT_EQ(crashed->state, core::RunState::Crashed);
    const std::int64_t saved = crashed->last_checkpoint_step;
    ASSERT_GE(saved, 20);
    EngineProcess engine(kServe, home_);
    greet(engine);
    EXPECT_EQ(startRun(engine, false, true, run), run);
    ASSERT_TRUE(engine.untilStatus([&](const auto& s) { return s.step >= saved + 20; }));
    ASSERT_TRUE(engine.ask(core::StopRequest{true}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Stopped; }));
    expectRowsWithoutGaps(engine.rows, saved + 1);
    for (const core::MetricsRow& row : before) {
        if (row.step > saved && row.step <= engine.rows.back().step) {
            EXPECT_EQ(engine.rows[static_cast<std::size_t>(row.step - saved - 1)].loss, row.loss) << row.step;
        }
    }
    const core::Result<core::RunData> data = core::readRun(run);
    ASSERT_TRUE(data) << data.error().message;
    expectRowsWithoutGaps(data->training, 1);
}

TEST_F(ServeTest, TheDeathOfTheWindowLeavesACheckpoint)
{
    EngineProcess engine(kServe, home_);
    greet(engine);
    const std::string run = startRun(engine, false);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.step >= 3; }));
    engine.closeInput();
    EXPECT_EQ(engine.wait().code, 0);
    const core::Result<core::RunData> data = core::readRun(run);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->state, core::RunState::Stopped);
    EXPECT_EQ(data->last_checkpoint_step, data->training.back().step);
}

TEST_F(ServeTest, GarbageEndsItWithAReasonAndACheckpoint)
{
    EngineProcess engine(kServe, home_);
    greet(engine);
    const std::string run = startRun(engine, false);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.step >= 3; }));
    engine.send(core::Bytes(64, 0xAB));
    const test::Finished finished = engine.wait();
    EXPECT_EQ(finished.code, 1);
    EXPECT_THAT(finished.err, HasSubstr("the limit is"));
    ASSERT_FALSE(engine.logs.empty());
    EXPECT_EQ(engine.logs.back().level, "error");
    EXPECT_EQ(engine.protocol_error, "") << "what it sent was whole to the last";
    const core::Result<core::RunData> data = core::readRun(run);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->last_checkpoint_step, data->training.back().step);
}

TEST_F(ServeTest, GarbageBeforeHelloEndsItAtOnce)
{
    EngineProcess engine(kServe, home_);
    engine.send(core::Bytes{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '1', '\r', '\n'});
    EXPECT_EQ(engine.wait().code, 1);
    EngineProcess torn(kServe, home_);
    torn.send(core::Bytes{20, 0, 0, 0, 1});
    torn.closeInput();
    const test::Finished finished = torn.wait();
    EXPECT_EQ(finished.code, 1);
    EXPECT_THAT(finished.err, HasSubstr("ended inside the frame"));
}

TEST_F(ServeTest, SigtermLeavesACheckpointAndEndsWith130)
{
    EngineProcess engine(kServe, home_);
    greet(engine);
    const std::string run = startRun(engine, false);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.step >= 3; }));
    engine.signal(SIGTERM);
    EXPECT_EQ(engine.wait().code, 130);
    const core::Result<core::RunData> data = core::readRun(run);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->last_checkpoint_step, data->training.back().step);
}

TEST_F(ServeTest, TwoHundredStepsArriveOneByOne)
{
    EngineProcess engine(kServe, home_);
    greet(engine);
    static_cast<void>(startRun(engine, false));
    ASSERT_TRUE(engine.ask(core::WatchRequest{{0}, 1000}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.step >= 200; }));
    ASSERT_TRUE(engine.ask(core::StopRequest{false}).ok);
    ASSERT_TRUE(engine.untilStatus([](const auto& s) { return s.state == SessionState::Stopped; }));
    expectRowsWithoutGaps(engine.rows, 1);
    EXPECT_EQ(static_cast<std::int64_t>(engine.rows.size()), engine.status.step);
}

} // namespace
