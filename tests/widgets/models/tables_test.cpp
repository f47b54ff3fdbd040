// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/models/sample_run.h"
#include "widgets/engine_client/background.h"
#include "widgets/models/csv_model.h"
#include "widgets/models/ladder_model.h"
#include "widgets/models/runs_model.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QTest>

#include <gmock/gmock.h>

namespace toeplab::widgets
{
namespace
{

using Tester = QAbstractItemModelTester;

[[nodiscard]] std::shared_ptr<core::LadderFrame> frame(std::int64_t step)
{
    auto made = std::make_shared<core::LadderFrame>();
    made->step = step;
    made->infos = test::sampleLayers();
    for (int i = 0; i < 2; ++i) {
        core::LayerScores scores;
        scores.spikiness = {0.25 * (i + 1), 0.1, 0.9};
        scores.anticausal_energy = {0.5 - 0.5 * i, 0, 0.5};
        made->scores.push_back(scores);
        made->sparklines.push_back({0, 1, 0});
    }
    return made;
}

TEST(LadderModel, ShowsMediansQuartilesAndDefinitions)
{
    LadderModel model;
    Tester tester(&model, Tester::FailureReportingMode::Fatal);
    model.setFrame(nullptr, test::sampleLayers());
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(0, LadderModel::Spikiness).data().toString(), QStringLiteral("–"));
    model.setFrame(frame(10), {});
    EXPECT_EQ(model.index(1, LadderModel::Layer).data().toString(), QStringLiteral("2"));
    EXPECT_EQ(model.index(1, LadderModel::Spikiness).data().toString(), QStringLiteral("0.500"));
    EXPECT_EQ(model.index(0, LadderModel::Leak).data().toString(), QStringLiteral("50.0 %"));
    EXPECT_THAT(model.index(1, LadderModel::Operator).data().toString().toStdString(), testing::HasSubstr("causal"));
    const QString hover = model.index(0, LadderModel::Spikiness).data(Qt::ToolTipRole).toString();
    EXPECT_THAT(hover.toStdString(), testing::AllOf(testing::HasSubstr("0.100"), testing::HasSubstr("‖T‖_F²")));
    for (int column = 0; column < LadderModel::ColumnCount; ++column)
        EXPECT_FALSE(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty()) << column;
    model.setFrame(frame(20), {});
    EXPECT_EQ(model.step(), 20);
    model.setFrame(nullptr, {});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(CsvModel, ReadsQuotedCellsAndSkipsComments)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.csv"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("# figure: training\nstep,\"loss, raw\"\n1,2.5\n2,\"a \"\"b\"\"\"\n");
    file.close();
    auto table = readCsv(path);
    ASSERT_TRUE(table.has_value());
    CsvModel model;
    Tester tester(&model, Tester::FailureReportingMode::Fatal);
    model.setTable(*table);
    EXPECT_EQ(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("loss, raw"));
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(1, 1).data().toString(), QStringLiteral("a \"b\""));
    EXPECT_FALSE(readCsv(folder.filePath(QStringLiteral("none.csv"))).has_value());
}

TEST(CsvModel, NumbersAreReadAtAGlanceAndKeptInFull)
{
    CsvModel model;
    CsvTable table;
    table.header = {QStringLiteral("run"), QStringLiteral("loss")};
    table.rows.push_back({QStringLiteral("tour"), QStringLiteral("0.59958790134")});
    table.rows.push_back({QStringLiteral("tour"), QStringLiteral("-1.5e-07")});
    model.setTable(table);
    EXPECT_EQ(model.index(0, 1).data().toString(), QStringLiteral("0.599588"));
    EXPECT_EQ(model.index(0, 1).data(Qt::ToolTipRole).toString(), QStringLiteral("0.59958790134"));
    EXPECT_EQ(model.index(0, 0).data(Qt::TextAlignmentRole).toInt(), int(Qt::AlignLeft | Qt::AlignVCenter));
    EXPECT_EQ(model.headerData(1, Qt::Horizontal, Qt::TextAlignmentRole).toInt(),
              int(Qt::AlignRight | Qt::AlignVCenter));
    EXPECT_EQ(model.table().rows[0][1], QStringLiteral("0.59958790134"));
}

class Runs : public testing::Test
{
protected:
    QTemporaryDir folder_;
    Background background_;
    [[nodiscard]] QString path(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }
};

TEST_F(Runs, ListsTrueStatesAndFollowsTheFolder)
{
    RunsModel model(folder_.path(), background_);
    Tester tester(&model, Tester::FailureReportingMode::Fatal);
    EXPECT_FALSE(model.isListed());
    model.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.isListed(); }, 5000));
    EXPECT_EQ(model.rowCount(), 0);

    auto writer = test::writeRun(path("alive.h5"), 20);
    ASSERT_TRUE(writer);
    writer->state(core::RunState::Alive);
    ASSERT_TRUE(writer->flush().has_value());
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 1; }, 10'000)) << "the folder is not watched";
    const QModelIndex row = model.indexOf(path("alive.h5"));
    ASSERT_TRUE(row.isValid());
    EXPECT_EQ(row.siblingAtColumn(RunsModel::State).data().toString(), QStringLiteral("Training"));
    EXPECT_EQ(row.siblingAtColumn(RunsModel::Step).data().toString(), QStringLiteral("20"));

    writer->state(core::RunState::Finished);
    ASSERT_TRUE(writer->flush().has_value());
    writer.reset();
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return row.siblingAtColumn(RunsModel::State).data().toString() == QStringLiteral("Finished"); }, 10'000));
}

TEST_F(Runs, AnUnreadableFileStaysInTheListWithItsSentence)
{
    QFile broken(path("broken.h5"));
    ASSERT_TRUE(broken.open(QIODevice::WriteOnly));
    broken.write("this is no run");
    broken.close();
    RunsModel model(folder_.path(), background_);
    model.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 1; }, 5000));
    EXPECT_EQ(model.index(0, RunsModel::State).data().toString(), QStringLiteral("Unreadable"));
    EXPECT_FALSE(model.index(0, 0).data(RunsModel::ProblemRole).toString().isEmpty());
}

TEST_F(Runs, FilesFromElsewhereAreListedTooAndOnce)
{
    const QTemporaryDir elsewhere;
    for (const QString& file : {path("here.h5"), elsewhere.filePath(QStringLiteral("there.h5"))})
        ASSERT_TRUE(test::writeRun(file, 3));
    RunsModel model(folder_.path(), background_);
    model.start();
    model.setElsewhere({path("here.h5"), elsewhere.filePath(QStringLiteral("there.h5"))});
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 2; }, 10'000));
    EXPECT_TRUE(model.indexOf(elsewhere.filePath(QStringLiteral("there.h5"))).isValid());
    model.setElsewhere({});
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 1; }, 10'000));
}

TEST_F(Runs, TheLiveRunIsShownAsTheEngineTellsIt)
{
    RunsModel model(folder_.path(), background_);
    Tester tester(&model, Tester::FailureReportingMode::Fatal);
    model.setLive(path("live.h5"), QStringLiteral("tour"), core::RunState::Paused, 7, 2.0, 0.25);
    model.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 1; }, 5000));
    EXPECT_EQ(model.index(0, RunsModel::State).data().toString(), QStringLiteral("Paused"));
    model.setLive(path("live.h5"), QStringLiteral("tour"), core::RunState::Alive, 8, 1.5, 0.25);
    EXPECT_EQ(model.index(0, RunsModel::Step).data().toString(), QStringLiteral("8"));
    model.clearLive();
    ASSERT_TRUE(QTest::qWaitFor([&] { return model.rowCount() == 0; }, 5000)) << "a run without a file has no row";
}

} // namespace
} // namespace toeplab::widgets
