// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/models/sample_run.h"
#include "widgets/engine_client/background.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <gmock/gmock.h>

namespace toeplab::widgets
{
namespace
{

class Document : public testing::Test
{
protected:
    QTemporaryDir folder_;
    Background background_;
    QString path_ = folder_.filePath(QStringLiteral("run.h5"));

    [[nodiscard]] bool settle(const RunDocument& document) const
    {
        return QTest::qWaitFor([&] { return document.hasHeader() && !background_.isBusy(); }, 10'000);
    }
};

TEST_F(Document, AFileIsReadInTheBackground)
{
    auto writer = test::writeRun(path_, 30);
    writer->state(core::RunState::Stopped);
    ASSERT_TRUE(writer->flush().has_value());
    writer.reset();
    RunDocument document(path_, 0, background_);
    document.load();
    EXPECT_FALSE(document.hasHeader()) << "nothing is read on this thread";
    ASSERT_TRUE(settle(document));
    EXPECT_EQ(document.rows().training.size(), 30U);
    EXPECT_EQ(document.lastStep(), 30);
    EXPECT_EQ(document.state(), core::RunState::Stopped);
    EXPECT_EQ(document.header().layers.size(), 2U);
    ASSERT_TRUE(document.ladder());
    EXPECT_EQ(document.ladder()->sparklines.at(1).size(), 15U) << "the sparkline of a stored kernel";
}

TEST_F(Document, ARunThatIsBeingWrittenGrows)
{
    auto writer = test::writeRun(path_, 10);
    writer->state(core::RunState::Alive);
    ASSERT_TRUE(writer->flush().has_value());
    RunDocument document(path_, 0, background_);
    document.load();
    ASSERT_TRUE(settle(document));
    EXPECT_EQ(document.lastStep(), 10);
    EXPECT_EQ(document.state(), core::RunState::Alive);
    for (std::int64_t step = 11; step <= 25; ++step)
        writer->metrics(test::sampleRow(step));
    ASSERT_TRUE(writer->flush().has_value());
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
            document.refresh();
            return document.lastStep() == 25;
        },
        10'000));
}

TEST_F(Document, AMissingFileIsOneSentence)
{
    RunDocument document(path_, 0, background_);
    document.load();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !document.problem().isEmpty(); }, 5000));
    EXPECT_THAT(document.problem().toStdString(), testing::HasSubstr("run.h5"));
}

TEST_F(Document, AResumedRunKeepsItsPastAndNeverZigzags)
{
    auto writer = test::writeRun(path_, 30);
    ASSERT_TRUE(writer->flush().has_value());
    RunDocument document(path_, 0, background_);
    document.beginLive(test::sampleHeader(), true);
    document.addRows({test::sampleRow(21), test::sampleRow(22)}); // its checkpoint was at step 20
    ASSERT_TRUE(QTest::qWaitFor([&] { return document.rows().training.size() == 22; }, 5000));
    for (std::size_t i = 0; i < 22; ++i)
        EXPECT_EQ(document.rows().training[i].step, std::int64_t(i) + 1);
}

TEST_F(Document, WhenTheEngineDiesTheFileIsTheTruth)
{
    auto writer = test::writeRun(path_, 30);
    ASSERT_TRUE(writer->flush().has_value());
    RunDocument document(path_, 0, background_);
    document.beginLive(test::sampleHeader(), false);
    document.addRows({test::sampleRow(1), test::sampleRow(2)});
    writer.reset(); // the engine is gone: nobody holds the journal
    document.endLive(core::RunState::Crashed);
    EXPECT_EQ(document.rows().training.size(), 2U) << "what was shown is kept until the file has been read";
    ASSERT_TRUE(QTest::qWaitFor([&] { return document.rows().training.size() == 30; }, 5000));
    EXPECT_FALSE(document.isLive());
    EXPECT_EQ(document.state(), core::RunState::Crashed);
}

TEST_F(Document, KernelsComeOnDemandAndTheNewestLiveOneWins)
{
    auto writer = test::writeRun(path_, 30);
    writer->state(core::RunState::Stopped);
    ASSERT_TRUE(writer->flush().has_value());
    writer.reset();
    RunDocument document(path_, 0, background_);
    document.load();
    ASSERT_TRUE(settle(document));
    KernelStore& kernels = document.kernels();
    EXPECT_EQ(kernels.steps(1), (std::vector<std::int64_t>{10, 20, 30}));
    EXPECT_FALSE(kernels.at(1, 20)) << "not here yet";
    ASSERT_TRUE(QTest::qWaitFor([&] { return bool(kernels.at(1, 20)); }, 5000));
    EXPECT_EQ(kernels.at(1, 20)->step, 20);
    EXPECT_NEAR(kernels.at(1, 20)->values[7], 20, 0.05) << "lag 0 of channel 0, as stored";
    ASSERT_TRUE(QTest::qWaitFor([&] { return kernels.track(1).size() == 3; }, 5000));
    EXPECT_FALSE(kernels.isReading());

    auto live = std::make_shared<core::KernelFrame>();
    live->layer_index = 1;
    live->step = 99;
    kernels.addLive(live);
    EXPECT_EQ(kernels.at(1, -1)->step, 99);
}

TEST_F(Document, TheWorkspaceMovesItsCursorOverStoredStepsOnly)
{
    auto writer = test::writeRun(path_, 30);
    ASSERT_TRUE(writer->flush().has_value());
    Workspace workspace(background_);
    workspace.setCurrent(workspace.open(path_));
    ASSERT_TRUE(settle(*workspace.current()));
    EXPECT_EQ(workspace.open(folder_.path() + QStringLiteral("/./run.h5")), workspace.current()) << "the same file";
    EXPECT_EQ(workspace.cursor(), -1);
    workspace.moveCursor(-1);
    EXPECT_EQ(workspace.cursor(), 30);
    workspace.moveCursor(-1);
    EXPECT_EQ(workspace.cursor(), 20);
    workspace.moveCursor(-5);
    EXPECT_EQ(workspace.cursor(), 10);
    workspace.moveCursor(+2);
    EXPECT_EQ(workspace.cursor(), 30);
    workspace.moveCursor(+1);
    EXPECT_EQ(workspace.cursor(), -1) << "past the last one it follows again";
    workspace.setLayerIndex(7);
    EXPECT_EQ(workspace.layerIndex(), 0U) << "there is no such layer";
    workspace.moveLayer(1);
    EXPECT_EQ(workspace.layer().layer, 2);
    workspace.setChannel(3);
    EXPECT_EQ(workspace.channel(), -1) << "channels are 0 to 2";
    workspace.setChannel(2);
    EXPECT_EQ(workspace.channel(), 2);
}

} // namespace
} // namespace toeplab::widgets
