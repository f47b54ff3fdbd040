// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/presets.h"
#include "widgets/engine_client/background.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <gmock/gmock.h>

#include <csignal>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;

class Live : public testing::Test
{
protected:
    void open(const char* mode)
    {
        qputenv("TOEPLAB_HOME", home_.path().toUtf8());
        engine_ = std::make_unique<EngineClient>(
            EngineCommand{QStringLiteral(TOEPLAB_SCRIPTED_ENGINE), {QString::fromLatin1(mode)}});
        session_ = std::make_unique<LiveSession>(*engine_, workspace_);
        QObject::connect(session_.get(), &LiveSession::failed, [this](const QString& text) { failures_.append(text); });
        QObject::connect(session_.get(), &LiveSession::lost, [this](const QString& text, const QString& run, qint64) {
            lost_ = text;
            lost_run_ = run;
        });
        engine_->launch();
    }
    [[nodiscard]] bool reach(std::int64_t step)
    {
        return QTest::qWaitFor([&] { return session_->document() && session_->document()->lastStep() >= step; },
                               10'000);
    }
    [[nodiscard]] bool reach(core::SessionState state)
    {
        return QTest::qWaitFor([&] { return session_->status().state == state && !session_->isChanging(); }, 10'000);
    }

    QTemporaryDir home_;
    Background background_;
    Workspace workspace_{background_};
    std::unique_ptr<EngineClient> engine_;
    std::unique_ptr<LiveSession> session_;
    QStringList failures_;
    QString lost_, lost_run_;
};

TEST_F(Live, StartsFollowsPausesStepsAndStops)
{
    open("train");
    EXPECT_FALSE(session_->canRun().yes);
    EXPECT_THAT(session_->canRun().reason.toStdString(), HasSubstr("loading"));
    session_->start(core::presets().front().experiment);
    ASSERT_TRUE(reach(5));
    RunDocument* const run = session_->document();
    EXPECT_EQ(workspace_.current(), run);
    EXPECT_TRUE(run->isLive());
    EXPECT_EQ(run->state(), core::RunState::Alive);
    EXPECT_TRUE(run->ladder());
    EXPECT_TRUE(run->kernels().at(0, -1));
    EXPECT_FALSE(session_->canStep().yes) << "it runs";

    session_->runOrPause();
    ASSERT_TRUE(reach(core::SessionState::Paused));
    EXPECT_EQ(run->state(), core::RunState::Paused);
    const std::int64_t before = run->lastStep();
    session_->step(3);
    ASSERT_TRUE(reach(before + 3));
    QTest::qWait(80);
    EXPECT_EQ(run->lastStep(), before + 3);

    session_->setLearningRate(0.25);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session_->learningRate() == 0.25; }, 5000));
    ASSERT_EQ(run->rows().events.size(), 1U);
    EXPECT_EQ(run->rows().events[0].kind, "lr");

    session_->stop(true);
    ASSERT_TRUE(reach(core::SessionState::Stopped));
    EXPECT_FALSE(run->isLive());
    EXPECT_FALSE(session_->isActive());
    EXPECT_TRUE(failures_.isEmpty()) << failures_.join(QLatin1Char('\n')).toStdString();
}

TEST_F(Live, ASecondStartStopsTheFirstRunFirst)
{
    open("train");
    session_->start(core::presets().front().experiment);
    ASSERT_TRUE(reach(3));
    core::Experiment other = core::presets().front().experiment;
    other.optimizer.lr = 0.0125;
    session_->start(other);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session_->learningRate() == 0.0125 && session_->isRunning(); }, 10'000));
    EXPECT_TRUE(failures_.isEmpty());
}

TEST_F(Live, AKilledEngineKeepsWhatWasShownAndNamesTheRun)
{
    open("train");
    session_->start(core::presets().front().experiment);
    ASSERT_TRUE(reach(5));
    ASSERT_EQ(::kill(pid_t(engine_->hello().pid), SIGKILL), 0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !lost_.isEmpty(); }, 10'000));
    EXPECT_THAT(lost_.toStdString(), HasSubstr("signal 9"));
    EXPECT_EQ(lost_run_, session_->document()->path());
    EXPECT_GE(session_->document()->rows().training.size(), 5U);
    EXPECT_EQ(session_->document()->state(), core::RunState::Crashed);
    EXPECT_FALSE(session_->canStop().yes);

    session_->restartEngine();
    ASSERT_TRUE(QTest::qWaitFor([&] { return engine_->state() == EngineClient::State::Ready; }, 10'000));
}

TEST_F(Live, ARefusedExperimentIsTheEnginesSentence)
{
    open("train");
    core::Experiment bad = core::presets().front().experiment;
    bad.mixer.band = 32;
    session_->start(bad);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !failures_.isEmpty(); }, 10'000));
    EXPECT_THAT(failures_.front().toStdString(), HasSubstr("must be odd"));
    EXPECT_FALSE(session_->isActive());
}

} // namespace
} // namespace toeplab::widgets
