// SPDX-License-Identifier: Apache-2.0
#include "tests/core/training/tiny.h"

#include <gmock/gmock.h>

#include <bit>

namespace
{

using namespace toeplab::core;
using testing::HasSubstr;

/// A run from start to end, with what it said and what it left behind.
struct Ran {
    SessionStatus status;
    tiny::Disk::Run run;
};

class SessionTest : public testing::Test
{
protected:
    Ran train(const Experiment& experiment, const std::string& path, bool resume = false,
              const std::function<void(Session&, const MetricsRow&)>& act = {}, bool watched = false,
              const tiny::ModelOptions& options = {})
    {
        listener_ = std::make_unique<tiny::Listener>();
        const std::unique_ptr<Session> session = makeSession(*listener_, parts(options));
        if (act)
            listener_->on_metrics = [&](const MetricsRow& row) { act(*session, row); };
        if (watched)
            session->watchKernels({0}, 1e6);
        const Result<void> started = session->start({experiment, path, resume, false});
        EXPECT_TRUE(started) << (started ? "" : started.error().message);
        SessionStatus status = session->wait();
        return {status, started ? disk_.run(path) : tiny::Disk::Run()};
    }

    SessionParts parts(const tiny::ModelOptions& options = {}) { return tiny::parts(disk_, options); }

    /// A path that the session finds free, or taken when `existing`.
    std::string path(const std::string& name, bool existing = false)
    {
        const std::string full = testing::TempDir() + name;
        std::remove(full.c_str());
        if (existing)
            std::fclose(std::fopen(full.c_str(), "w"));
        return full;
    }

    tiny::Disk disk_;
    std::unique_ptr<tiny::Listener> listener_;
};

std::vector<std::uint64_t> lossBits(const std::vector<MetricsRow>& rows)
{
    std::vector<std::uint64_t> bits;
    for (const MetricsRow& row : rows) {
        bits.push_back(std::bit_cast<std::uint64_t>(row.loss));
        bits.push_back(std::bit_cast<std::uint64_t>(row.grad_norm));
    }
    return bits;
}

void expectSameParameters(const Checkpoint& a, const Checkpoint& b)
{
    ASSERT_EQ(a.parameters.size(), b.parameters.size());
    for (const auto& [name, blob] : a.parameters)
        EXPECT_EQ(blob.bytes, b.parameters.at(name).bytes) << name;
    for (const auto& [name, blob] : a.optimizer)
        EXPECT_EQ(blob.bytes, b.optimizer.at(name).bytes) << name;
    EXPECT_EQ(a.generators.at("cpu").bytes, b.generators.at("cpu").bytes);
}

TEST_F(SessionTest, TrainsToItsEndAndKeepsEverything)
{
    const Ran ran = train(tiny::experiment(), path("a.h5"));
    EXPECT_EQ(ran.status.state, SessionState::Finished);
    EXPECT_EQ(ran.status.step, 60);
    EXPECT_EQ(ran.status.saved_step, 60);
    EXPECT_THAT(ran.status.message, HasSubstr("60 steps"));
    ASSERT_EQ(ran.run.metrics.size(), 60U);
    for (std::size_t i = 0; i < 60; ++i)
        EXPECT_EQ(ran.run.metrics[i].step, static_cast<std::int64_t>(i) + 1);
    EXPECT_LT(ran.run.metrics.back().loss, 0.9 * ran.run.metrics.front().loss) << "it learns";
    EXPECT_DOUBLE_EQ(ran.run.metrics.back().epoch, 10) << "50 samples make 6 whole batches of 8";
    ASSERT_EQ(ran.run.validation.size(), 3U);
    EXPECT_EQ(ran.run.validation.back().samples, 21) << "every sample, though 21 is no multiple of 8";
    EXPECT_EQ(ran.status.best_accuracy,
              std::max_element(ran.run.validation.begin(), ran.run.validation.end(), [](const auto& a, const auto& b) {
                  return a.accuracy < b.accuracy;
              })->accuracy);
    EXPECT_THAT(ran.run.kernel_steps,
                testing::ElementsAre(0, 1, 2, 4, 8, 16, 19, 20, 23, 25, 27, 32, 38, 45, 50, 54, 60))
        << "on the way, and at each checkpoint";
    EXPECT_EQ(ran.run.ladder.size(), ran.run.kernel_steps.size());
    EXPECT_EQ(ran.run.events.front().kind, "start");
    EXPECT_EQ(ran.run.events.back().kind, "end");
    EXPECT_EQ(ran.run.states.back(), RunState::Finished);
    EXPECT_GE(ran.run.flushes, 1);
    EXPECT_EQ(lossBits(listener_->rows), lossBits(ran.run.metrics)) << "what was published is what was written";
    EXPECT_EQ(listener_->statuses.back().state, SessionState::Finished);
}

TEST_F(SessionTest, SameSeedSameBitsWhateverIsAskedMeanwhile)
{
    const Ran plain = train(tiny::experiment(), path("plain.h5"));
    const Ran again = train(tiny::experiment(), path("again.h5"));
    EXPECT_EQ(lossBits(plain.run.metrics), lossBits(again.run.metrics));
    const Ran disturbed = train(
        tiny::experiment(), path("disturbed.h5"), false,
        [](Session& session, const MetricsRow& row) {
            if (row.step % 7 == 0) {
                EXPECT_TRUE(session.pause());
                EXPECT_TRUE(session.step(2));
                EXPECT_TRUE(session.checkpoint());
                EXPECT_TRUE(session.resume());
            }
        },
        true);
    EXPECT_GE(listener_->kernel_frames.size(), 2U); // at the start and the end; more as time allows
    EXPECT_EQ(lossBits(plain.run.metrics), lossBits(disturbed.run.metrics));
    expectSameParameters(plain.run.checkpoints.at(60), disturbed.run.checkpoints.at(60));
    Experiment other = tiny::experiment();
    other.train.seed = 8;
    EXPECT_NE(lossBits(plain.run.metrics), lossBits(train(other, path("other.h5")).run.metrics));
}

TEST_F(SessionTest, ResumedRunsAreBitEqual)
{
    const Ran whole = train(tiny::experiment(), path("whole.h5"));
    Experiment half = tiny::experiment();
    half.train.steps = 30;
    const std::string file = path("half.h5", false);
    train(half, file);
    std::fclose(std::fopen(file.c_str(), "w")); // the disk is in memory, the path must exist
    const Ran resumed = train(tiny::experiment(), file, true);
    EXPECT_EQ(resumed.status.state, SessionState::Finished);
    EXPECT_EQ(lossBits(whole.run.metrics), lossBits(resumed.run.metrics));
    expectSameParameters(whole.run.checkpoints.at(60), resumed.run.checkpoints.at(60));
    EXPECT_GE(resumed.run.metrics[40].wall_seconds, resumed.run.metrics[29].wall_seconds);
}

/// Its checkpoint was read before the run's lock was had: who had it meanwhile may have gone on.
/// Killed after its last checkpoint and before it could say that it has finished.
TEST_F(SessionTest, ARunThatIsResumedAtItsEndValidatesNoSecondTime)
{
    const std::string file = path("ended.h5");
    const Ran first = train(tiny::experiment(), file);
    const Ran again = train(tiny::experiment(), path("ended.h5", true), true);
    EXPECT_EQ(again.status.state, SessionState::Finished);
    EXPECT_EQ(again.run.validation.size(), first.run.validation.size());
    EXPECT_EQ(again.status.best_accuracy, first.status.best_accuracy);
}

TEST_F(SessionTest, ACheckpointThatChangesWhileARunIsPreparedIsNoticed)
{
    Experiment half = tiny::experiment();
    half.train.steps = 30;
    const std::string file = path("between.h5", false);
    train(half, file);
    std::fclose(std::fopen(file.c_str(), "w"));
    SessionParts changing = parts();
    changing.read_checkpoint = [read = changing.read_checkpoint, calls = 0](const std::string& name) mutable {
        Result<Checkpoint> checkpoint = read(name);
        checkpoint->step += calls++;
        return checkpoint;
    };
    listener_ = std::make_unique<tiny::Listener>();
    const std::unique_ptr<Session> session = makeSession(*listener_, changing);
    ASSERT_TRUE(session->start({tiny::experiment(), file, true, false}));
    const SessionStatus status = session->wait();
    EXPECT_EQ(status.state, SessionState::Failed);
    EXPECT_THAT(status.message, testing::HasSubstr("Resume it again"));
}

TEST_F(SessionTest, ResumingRefusesOtherSettingsByName)
{
    const std::string file = path("settings.h5");
    train(tiny::experiment(), file);
    std::fclose(std::fopen(file.c_str(), "w"));
    tiny::Listener listener;
    Experiment other = tiny::experiment();
    other.train.batch = 9;
    other.optimizer.lr = 0.5;
    const Result<void> refused = makeSession(listener, parts())->start({other, file, true, false});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("optimizer.lr, train.batch"));
    EXPECT_FALSE(makeSession(listener, parts())->start({tiny::experiment(), path("none.h5"), true, false}));
}

TEST_F(SessionTest, StopsInTheFirstAMiddleAndTheLastStep)
{
    for (const std::int64_t at : {1, 31, 60}) {
        for (const bool with_checkpoint : {true, false}) {
            disk_.runs.clear();
            const Ran ran =
                train(tiny::experiment(), path("stopped.h5"), false, [=](Session& session, const MetricsRow& row) {
                    if (row.step == at) {
                        EXPECT_TRUE(session.stop(with_checkpoint));
                    }
                });
            EXPECT_EQ(ran.status.step, at);
            EXPECT_EQ(ran.run.metrics.size(), static_cast<std::size_t>(at));
            EXPECT_EQ(ran.status.state, at == 60 ? SessionState::Finished : SessionState::Stopped);
            EXPECT_EQ(ran.run.states.back(), at == 60 ? RunState::Finished : RunState::Stopped);
            EXPECT_EQ(ran.run.checkpoints.contains(at), with_checkpoint || at == 60);
            EXPECT_EQ(ran.run.kernel_steps.back(), at);
            EXPECT_GE(ran.run.flushes, 1);
        }
    }
}

TEST_F(SessionTest, NanEndsTheRunAndKeepsTheLastGoodCheckpoint)
{
    const Ran ran = train(tiny::experiment(), path("nan.h5"), false, {}, false, {.poisoned_step = 33});
    EXPECT_EQ(ran.status.state, SessionState::Failed);
    EXPECT_THAT(ran.status.message, HasSubstr("NaN or infinite at step 33"));
    EXPECT_THAT(ran.status.message, HasSubstr("of step 25, is good"));
    EXPECT_EQ(ran.run.metrics.size(), 32U);
    EXPECT_EQ(ran.run.checkpoints.rbegin()->first, 25);
    EXPECT_EQ(ran.run.events.back().kind, "nan");
    EXPECT_EQ(ran.run.events.back().step, 33);
    EXPECT_EQ(ran.run.states.back(), RunState::Stopped);
}

TEST_F(SessionTest, ALearningRateTakesEffectWhereItSays)
{
    std::int64_t effective = 0;
    const Ran ran = train(tiny::experiment(), path("lr.h5"), false, [&](Session& session, const MetricsRow& row) {
        if (row.step == 30)
            effective = session.setLearningRate(0.1).value_or(-1);
        EXPECT_FALSE(session.setLearningRate(-1));
    });
    EXPECT_EQ(effective, 31);
    const Ran plain = train(tiny::experiment(), path("nolr.h5"));
    EXPECT_DOUBLE_EQ(ran.run.metrics[29].lr, plain.run.metrics[29].lr);
    EXPECT_NEAR(ran.run.metrics[30].lr, 10 * plain.run.metrics[30].lr, 1e-12) << "the schedule is scaled";
    ASSERT_TRUE(ran.run.checkpoints.contains(30));
    EXPECT_EQ(ran.run.checkpoints.at(30).state["peak_lr"], 0.1) << "a run that is resumed there keeps it";
    const auto mark = std::find_if(ran.run.events.begin(), ran.run.events.end(),
                                   [](const RunEvent& event) { return event.kind == "lr"; });
    ASSERT_NE(mark, ran.run.events.end());
    EXPECT_EQ(mark->step, 31);
    EXPECT_EQ(mark->value, 0.1);
    EXPECT_EQ(mark->text, "Learning rate 0.01 -> 0.1");
    EXPECT_EQ(ran.run.checkpoints.at(60).state["peak_lr"], 0.1);
}

/// Killed soon after the change: the checkpoint that was made with it is all that is left.
TEST_F(SessionTest, AChangedLearningRateOutlivesACrash)
{
    const std::string file = path("crash.h5");
    const Ran whole = train(tiny::experiment(), file, false, [](Session& session, const MetricsRow& row) {
        if (row.step == 30) {
            EXPECT_TRUE(session.setLearningRate(0.1));
        } else if (row.step == 35) {
            EXPECT_TRUE(session.stop(false));
        }
    });
    ASSERT_EQ(whole.run.checkpoints.rbegin()->first, 30);
    const Ran resumed = train(tiny::experiment(), path("crash.h5", true), true);
    EXPECT_EQ(resumed.run.metrics[30].lr, whole.run.metrics[30].lr);
    EXPECT_EQ(resumed.run.metrics[34].loss, whole.run.metrics[34].loss);
    const auto marks = std::ranges::count_if(resumed.run.events, [](const RunEvent& event) {
        return event.kind == "lr" && event.step == 31 && event.value == 0.1;
    });
    EXPECT_EQ(marks, 1) << "on the curve, once";
}

TEST_F(SessionTest, StartsPausedAndRunsSingleSteps)
{
    tiny::Listener listener;
    const std::unique_ptr<Session> session = makeSession(listener, parts());
    std::mutex mutex;
    std::condition_variable changed;
    listener.on_metrics = [&](const MetricsRow&) { changed.notify_all(); };
    ASSERT_TRUE(session->start({tiny::experiment(), path("paused.h5"), false, true}));
    const auto waitFor = [&](SessionState state, std::int64_t step) {
        for (;;) {
            const SessionStatus status = session->status();
            if (status.state == state && status.step == step)
                return;
            std::unique_lock lock(mutex);
            changed.wait_for(lock, std::chrono::milliseconds(2));
        }
    };
    waitFor(SessionState::Paused, 0);
    session->watchKernels({0}, 1);
    ASSERT_TRUE(session->step(1));
    waitFor(SessionState::Paused, 1);
    ASSERT_TRUE(session->step(3));
    waitFor(SessionState::Paused, 4);
    {
        const std::lock_guard lock(listener.mutex);
        EXPECT_EQ(listener.rows.size(), 4U);
        ASSERT_FALSE(listener.kernel_frames.empty());
        EXPECT_EQ(listener.kernel_frames.back()->step, 4) << "always one after the last step";
    }
    ASSERT_TRUE(session->resume());
    EXPECT_EQ(session->wait().step, 60);
    EXPECT_FALSE(session->pause()) << "it is over";
    EXPECT_FALSE(session->step(1));
}

TEST_F(SessionTest, PreparationCanBeStopped)
{
    tiny::Listener listener;
    SessionParts parts = tiny::parts(disk_);
    parts.make_task = [](const TaskSettings&) -> Result<std::unique_ptr<Task>> { return tiny::endlessTask(); };
    const std::unique_ptr<Session> session = makeSession(listener, std::move(parts));
    ASSERT_TRUE(session->start({tiny::experiment(), path("endless.h5"), false, false}));
    ASSERT_TRUE(session->stop(true));
    EXPECT_EQ(session->wait().state, SessionState::Stopped);
    EXPECT_FALSE(disk_.runs.contains(path("endless.h5"))) << "no run file";
}

TEST_F(SessionTest, WhatCannotRunIsRefusedAtOnce)
{
    tiny::Listener listener;
    const auto refusal = [&](const Experiment& experiment, const std::string& file) {
        const Result<void> started = makeSession(listener, parts())->start({experiment, file, false, false});
        return started ? std::string() : started.error().message;
    };
    Experiment wrong = tiny::experiment();
    wrong.train.batch = 0;
    wrong.mixer.gamma = 7;
    EXPECT_THAT(refusal(wrong, path("w.h5")), testing::AllOf(HasSubstr("train.batch"), HasSubstr("mixer.gamma")));
    EXPECT_THAT(refusal(tiny::experiment(), path("taken.h5", true)), HasSubstr("exists already"));
    EXPECT_THAT(refusal(tiny::experiment(), testing::TempDir() + "nowhere/x.h5"), HasSubstr("There is no folder"));
    EXPECT_TRUE(listener.rows.empty());
}

TEST_F(SessionTest, AnErrorOfTheModelIsASentence)
{
    tiny::Listener listener;
    SessionParts parts = tiny::parts(disk_);
    parts.make_trainer = [](const Experiment&, const TaskShape&) -> Result<std::unique_ptr<Trainer>> {
        throw std::runtime_error("can't allocate memory\n#0 a stack trace");
    };
    const std::unique_ptr<Session> session = makeSession(listener, std::move(parts));
    ASSERT_TRUE(session->start({tiny::experiment(), path("error.h5"), false, false}));
    const SessionStatus status = session->wait();
    EXPECT_EQ(status.state, SessionState::Failed);
    EXPECT_EQ(status.message, "Training stopped at step 0 on an error: can't allocate memory.");
}

} // namespace
