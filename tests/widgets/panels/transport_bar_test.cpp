// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/presets.h"
#include "tests/widgets/models/sample_run.h"
#include "tests/widgets/panels/bench.h"
#include "widgets/models/format.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/status_strip.h"
#include "widgets/panels/transport_bar.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QToolButton>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;

class Transport : public test::PanelBench
{
protected:
    TransportBar bar_{session, workspace};

    template <typename T>
    [[nodiscard]] T* part(const char* name) const
    {
        return bar_.findChild<T*>(QStringLiteral("transport-") + QString::fromLatin1(name));
    }
    void SetUp() override
    {
        bar_.resize(1440, 40);
        bar_.show();
    }
};

TEST_F(Transport, WhatCannotBeDoneSaysWhy)
{
    EXPECT_FALSE(part<QToolButton>("run")->isEnabled());
    EXPECT_THAT(part<QToolButton>("run")->toolTip().toStdString(), HasSubstr("not running"));
    engine.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return engine.state() == EngineClient::State::Ready; }, 5000));
    EXPECT_THAT(part<QToolButton>("stop")->toolTip().toStdString(), HasSubstr("Nothing is being trained"));
    EXPECT_FALSE(part<QLineEdit>("lr")->isEnabled());
    EXPECT_FALSE(part<QLineEdit>("lr")->property("invalid").toBool()) << "nothing was typed, nothing is wrong";
}

TEST_F(Transport, AStoredRunShowsTheRateThatItWasStartedWithAndHowFarItCame)
{
    const QString path = home.filePath(QStringLiteral("stored.h5"));
    test::writeRun(path, 30).reset();
    workspace.setCurrent(workspace.open(path));
    ASSERT_TRUE(QTest::qWaitFor([&] { return workspace.current()->hasHeader(); }, 5000));
    EXPECT_EQ(part<QLineEdit>("lr")->text(),
              format::learningRate(workspace.current()->header().experiment["optimizer"]["lr"].get<double>()));
    EXPECT_FALSE(part<QLineEdit>("lr")->property("invalid").toBool());
    EXPECT_THAT(part<QLabel>("progress")->text().toStdString(), HasSubstr("step 30"));
}

TEST_F(Transport, ClicksPauseStepAndResume)
{
    engine.launch();
    session.start(core::presets().front().experiment);
    ASSERT_TRUE(reach(3));
    auto* run = part<QToolButton>("run");
    EXPECT_EQ(run->property("shows").toByteArray(), "pause");
    EXPECT_THAT(part<QLabel>("progress")->text().toStdString(), HasSubstr("step "));
    EXPECT_THAT(part<QLabel>("what")->text().toStdString(), testing::AllOf(HasSubstr("tour"), HasSubstr("exact")));
    QTest::mouseClick(run, Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session.isPaused() && !session.isChanging(); }, 5000));
    EXPECT_EQ(run->property("shows").toByteArray(), "run");

    const std::int64_t before = session.document()->lastStep();
    part<QSpinBox>("count")->setValue(4);
    QTest::mouseClick(part<QToolButton>("step"), Qt::LeftButton);
    ASSERT_TRUE(reach(before + 4));
    QTest::qWait(60);
    EXPECT_EQ(session.document()->lastStep(), before + 4);

    QTest::mouseClick(run, Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session.isRunning(); }, 5000));
}

TEST_F(Transport, TheLearningRateIsSentWithEnterAndABadOneIsRefusedInPlace)
{
    engine.launch();
    session.start(core::presets().front().experiment);
    ASSERT_TRUE(reach(3));
    auto* lr = part<QLineEdit>("lr");
    ASSERT_TRUE(lr->isEnabled());
    lr->setFocus();
    lr->selectAll();
    QTest::keyClicks(lr, QStringLiteral("-3"));
    EXPECT_TRUE(lr->property("invalid").toBool());
    QTest::keyClick(lr, Qt::Key_Return);
    EXPECT_TRUE(session.document()->rows().events.empty());
    lr->selectAll();
    QTest::keyClicks(lr, QStringLiteral("0.02"));
    EXPECT_FALSE(lr->property("invalid").toBool());
    QTest::keyClick(lr, Qt::Key_Return);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session.learningRate() == 0.02; }, 5000));
}

TEST_F(Transport, TheStatusLineNamesLayerChannelStepAndEngine)
{
    StatusStrip strip(session, workspace);
    engine.launch();
    session.start(core::presets().front().experiment);
    ASSERT_TRUE(reach(3));
    workspace.setLayerIndex(1);
    const auto text = [&](const char* name) {
        return strip.findChild<QLabel*>(QString::fromLatin1(name))->text().toStdString();
    };
    EXPECT_THAT(text("status-choice"),
                testing::AllOf(HasSubstr("layer 2"), HasSubstr("channel median"), HasSubstr("step ")));
    EXPECT_THAT(text("status-engine"), HasSubstr("engine ready"));
    EXPECT_EQ(text("status-memory"), "321 MiB");
    EXPECT_THAT(text("status-speed"), HasSubstr("steps/s"));
    EXPECT_THAT(text("status-device"), testing::ContainsRegex("CPU, [0-9]+ threads?$"));
}

TEST(Notice, OffersItsChoicesOnceAndStopsNobody)
{
    NoticeBar bar;
    int pressed = 0;
    bar.say(NoticeBar::Level::Bad, QStringLiteral("The engine ended (signal 9: Killed)."),
            {{QStringLiteral("Resume"), [&] { ++pressed; }}});
    EXPECT_FALSE(bar.isHidden());
    auto buttons = bar.findChildren<QPushButton*>();
    ASSERT_EQ(buttons.size(), 1);
    QTest::mouseClick(buttons.front(), Qt::LeftButton);
    EXPECT_EQ(pressed, 1);
    EXPECT_TRUE(bar.isHidden());
}

} // namespace
} // namespace toeplab::widgets
