// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/presets.h"
#include "tests/widgets/models/sample_run.h"
#include "tests/widgets/panels/bench.h"
#include "widgets/dialogs/figure_preview.h"
#include "widgets/engine_client/figure_job.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/ladder_model.h"
#include "widgets/models/runs_model.h"
#include "widgets/panels/evolution_panel.h"
#include "widgets/panels/ladder_panel.h"
#include "widgets/panels/log_panel.h"
#include "widgets/panels/page_panel.h"
#include "widgets/panels/panel_catalogue.h"
#include "widgets/panels/panel_dock.h"
#include "widgets/panels/runs_panel.h"
#include "widgets/panels/split_panel.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QListView>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QSlider>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QTableView>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;

class Panels : public test::PanelBench
{
protected:
    /// A stored run with kernels at steps 10, 20 and 30.
    void openStored(const core::RunHeader& header = test::sampleHeader())
    {
        const QString path = home.filePath(QStringLiteral("stored.h5"));
        auto writer = test::writeRun(path, 30, header);
        ASSERT_TRUE(writer);
        writer->state(core::RunState::Stopped);
        ASSERT_TRUE(writer->flush().has_value());
        writer.reset();
        workspace.setCurrent(workspace.open(path));
        ASSERT_TRUE(QTest::qWaitFor([&] { return workspace.current()->hasHeader(); }, 5000));
    }
};

TEST_F(Panels, AClickInTheLadderSelectsTheLayerEverywhere)
{
    LadderPanel panel(workspace, session);
    panel.resize(900, 200);
    panel.show();
    openStored();
    ASSERT_TRUE(QTest::qWaitFor([&] { return panel.model().rowCount() == 2 && panel.table().isVisible(); }, 5000));
    const QRect second = panel.table().visualRect(panel.table().model()->index(1, LadderModel::Spikiness));
    QTest::mouseClick(panel.table().viewport(), Qt::LeftButton, {}, second.center());
    EXPECT_EQ(workspace.layerIndex(), 1U);
    workspace.setLayerIndex(0);
    EXPECT_TRUE(panel.table().selectionModel()->isRowSelected(0));
    EXPECT_FALSE(panel.table().selectionModel()->isRowSelected(1));
    ASSERT_TRUE(panel.figure().has_value());
    EXPECT_EQ(panel.figure()->kind, "ladder");
}

TEST_F(Panels, TheLadderCutsNoColumnWhereItIsNarrow)
{
    LadderPanel panel(workspace, session);
    panel.resize(1000, 200);
    panel.show();
    openStored();
    ASSERT_TRUE(QTest::qWaitFor([&] { return panel.model().rowCount() == 2 && panel.table().isVisible(); }, 5000));
    for (const int width : {1000, 700, 566}) {
        panel.resize(width, 200);
        QTest::qWait(20);
        const QHeaderView& header = *panel.table().horizontalHeader();
        EXPECT_LE(header.length(), panel.table().viewport()->width()) << width;
        EXPECT_GE(header.sectionSize(LadderModel::Kernel), 40) << width;
        for (int column = LadderModel::Spikiness; column < LadderModel::ColumnCount; ++column) {
            const QString title = panel.model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
            EXPECT_GE(header.sectionSize(column), header.fontMetrics().horizontalAdvance(title) + 4)
                << width << title.toStdString();
        }
    }
}

TEST_F(Panels, ThePageFollowsTheRunTheLayerAndItsOptions)
{
    FigureJob::program() = QStringLiteral("/bin/false"); // the spec is tested here, drawing elsewhere
    const std::vector<FigurePanel*> panels = makeFigurePanels(workspace, session);
    PagePanel page(workspace, panels, home.path());
    page.resize(900, 600);
    page.show();
    EXPECT_FALSE(page.figure().has_value());
    EXPECT_TRUE(page.findChild<QLabel*>(QStringLiteral("page-sentence"))->isVisible());
    openStored();
    workspace.setLayerIndex(1);
    ASSERT_TRUE(page.figure().has_value());
    EXPECT_EQ(page.figure()->kind, "toeplitz");
    EXPECT_EQ(page.figure()->layer, 2);
    EXPECT_EQ(page.figure()->runs, std::vector<std::string>{workspace.current()->path().toStdString()});
    EXPECT_EQ(page.figure()->theme, ThemeKind::Light);
    page.findChild<QCheckBox*>(QStringLiteral("option-profile"))->click();
    EXPECT_FALSE(page.figure()->flag("profile"));
    page.setKind("training");
    EXPECT_EQ(page.figure()->text("below"), "accuracy") << "as the panel of the curves shows it";
    EXPECT_TRUE(QTest::qWaitFor([&] { return !page.preview().sentence().isEmpty(); }, 5000))
        << "a drawing that failed is said";
    qDeleteAll(panels);
}

TEST_F(Panels, TheLadderSortsByAFigureAndStillSelectsTheRightLayer)
{
    LadderPanel panel(workspace, session);
    panel.resize(900, 200);
    panel.show();
    openStored();
    ASSERT_TRUE(QTest::qWaitFor([&] { return panel.model().rowCount() == 2 && panel.table().isVisible(); }, 5000));
    panel.table().sortByColumn(LadderModel::Spikiness, Qt::DescendingOrder);
    EXPECT_EQ(panel.table().model()->index(0, LadderModel::Layer).data().toString(), QStringLiteral("2"));
    workspace.setLayerIndex(0);
    panel.table().selectRow(0);
    EXPECT_EQ(workspace.layerIndex(), 1U);
}

TEST_F(Panels, EveryFigurePanelSaysWhatWillAppearAndThenShowsIt)
{
    const std::vector<FigurePanel*> panels = makeFigurePanels(workspace, session);
    QWidget window;
    for (FigurePanel* panel : panels) {
        panel->setParent(&window);
        panel->resize(400, 300);
    }
    window.resize(500, 400);
    window.show();
    for (FigurePanel* panel : panels) {
        panel->show();
        auto* sentence = panel->findChild<QLabel*>(panel->text().id + QStringLiteral("-sentence"));
        ASSERT_TRUE(sentence->isVisible()) << panel->text().id.toStdString();
        EXPECT_GT(sentence->text().size(), 20) << panel->text().id.toStdString();
        EXPECT_FALSE(panel->figure().has_value());
        EXPECT_GT(panel->text().explanation.size(), 60);
    }
    openStored();
    for (FigurePanel* panel : panels) {
        EXPECT_TRUE(QTest::qWaitFor([&] { return panel->figure().has_value(); }, 5000))
            << panel->text().id.toStdString();
        EXPECT_FALSE(panel->image().isNull()) << panel->text().id.toStdString();
    }
}

TEST_F(Panels, PanelsFollowLayerChannelAndStep)
{
    const std::vector<FigurePanel*> panels = makeFigurePanels(workspace, session);
    FigurePanel& map = *panels.at(1);
    map.resize(400, 300);
    map.show();
    openStored();
    ASSERT_TRUE(QTest::qWaitFor([&] { return map.figure().has_value(); }, 5000));
    workspace.setLayerIndex(1);
    workspace.setChannel(2);
    workspace.setCursor(20);
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
            const FigureData& shown = map.view().data();
            return !shown.kernels.empty() && shown.kernels.front()->step == 20 &&
                   shown.kernels.front()->info.layer == 2;
        },
        5000));
    EXPECT_EQ(map.view().spec().layer, 2);
    EXPECT_EQ(map.view().spec().channel, 2);
    EXPECT_EQ(map.figure()->snapshot, 20);
    qDeleteAll(panels);
}

TEST_F(Panels, TheScrubberMovesOverStoredStepsAndItsEndFollows)
{
    EvolutionPanel panel(workspace, session);
    panel.resize(500, 300);
    panel.show();
    openStored();
    QSlider& slider = panel.slider();
    ASSERT_TRUE(QTest::qWaitFor([&] { return slider.maximum() == 3; }, 5000));
    EXPECT_EQ(slider.value(), 3);
    slider.setValue(0);
    EXPECT_EQ(workspace.cursor(), 10);
    workspace.setCursor(20);
    EXPECT_EQ(slider.value(), 1);
    slider.setValue(3);
    EXPECT_EQ(workspace.cursor(), -1);
    // 10 -> 20 doubles the kernel, 20 -> 30 changes it by half.
    ASSERT_TRUE(QTest::qWaitFor([&] { return workspace.current()->kernels().track(0).size() == 3; }, 5000));
    panel.jumpToLargestChange();
    EXPECT_EQ(workspace.cursor(), 20);
}

/// Of the catalogue, where the two that show SKI's parts are joined.
SplitPanel* find(const std::vector<FigurePanel*>& panels, const char* id)
{
    for (FigurePanel* panel : panels) {
        if (panel->text().id == QLatin1String(id))
            return dynamic_cast<SplitPanel*>(panel);
    }
    return nullptr;
}

TEST_F(Panels, BandAndRankAreMovedInBothPanelsAtOnce)
{
    const std::vector<FigurePanel*> panels = makeFigurePanels(workspace, session);
    SplitPanel* split = find(panels, "split");
    SplitPanel* inducing = find(panels, "inducing");
    ASSERT_TRUE(split != nullptr && inducing != nullptr);
    EXPECT_FALSE(split->band().isEnabled()) << "there is no kernel yet";
    split->show();
    openStored(); // of eight positions
    ASSERT_TRUE(QTest::qWaitFor([&] { return split->band().isEnabled() && split->figure(); }, 5000));
    EXPECT_EQ(split->band().field().maximum(), 7);
    EXPECT_EQ(split->rank().field().minimum(), 2);
    EXPECT_EQ(split->rank().field().maximum(), 8);
    split->band().field().setValue(2);
    split->rank().slider().setValue(split->rank().slider().minimum());
    for (const SplitPanel* panel : {split, inducing}) {
        EXPECT_EQ(panel->view().spec().number("band"), 2);
        EXPECT_EQ(panel->view().spec().number("rank"), 2);
        EXPECT_EQ(panel->rank().field().value(), 2);
    }
    inducing->band().slider().setValue(inducing->band().slider().maximum());
    EXPECT_EQ(split->view().spec().number("band"), 7);
    EXPECT_EQ(split->band().slider().value(), split->band().slider().maximum());
    qDeleteAll(panels);
}

TEST_F(Panels, EachValueOfASlidingNumberHasAPlace)
{
    std::vector<int> seen;
    SlidingNumber number(QStringLiteral("Rank"), QString(), QStringLiteral("id"),
                         [&](int value) { seen.push_back(value); });
    number.setRange(2, 2048);
    number.setValue(64);
    EXPECT_TRUE(seen.empty());
    EXPECT_EQ(number.field().value(), 64);
    number.field().setValue(65);
    EXPECT_EQ(seen, std::vector<int>{65}) << "the slider that follows does not answer";
    EXPECT_EQ(number.field().value(), 65);
    number.slider().setValue(number.slider().maximum());
    EXPECT_EQ(seen.back(), 2048);
    number.slider().setValue(number.slider().minimum());
    EXPECT_EQ(seen.back(), 2);
}

TEST_F(Panels, ARunOfSkiIsShownWithItsOwnBandAndRank)
{
    core::RunHeader header = test::sampleHeader();
    header.experiment["mixer"]["kind"] = "ski";
    header.experiment["mixer"]["band"] = 5;
    header.experiment["mixer"]["rank"] = 4;
    SplitPanel panel({QStringLiteral("split"), {}, {}, {}}, "split", workspace, session);
    panel.show();
    openStored(header);
    ASSERT_TRUE(QTest::qWaitFor([&] { return panel.band().isEnabled(); }, 5000));
    EXPECT_EQ(panel.band().field().value(), 2) << "five taps are the lags up to 2";
    EXPECT_EQ(panel.rank().field().value(), 4);
    panel.rank().field().setValue(6);
    workspace.setLayerIndex(1);
    EXPECT_EQ(panel.rank().field().value(), 6) << "what was chosen stays for the run";
}

TEST_F(Panels, AClickInTheRunsListOpensTheRun)
{
    const QString path = home.filePath(QStringLiteral("runs-a.h5"));
    test::writeRun(path, 10).reset();
    RunsModel runs(home.path(), background);
    RunsPanel panel(runs, workspace);
    panel.resize(220, 400);
    panel.show();
    runs.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return panel.list().model()->rowCount() == 1; }, 5000));
    EXPECT_EQ(workspace.current(), nullptr) << "nothing opens by itself";
    QTest::mouseClick(panel.list().viewport(), Qt::LeftButton, {},
                      panel.list().visualRect(panel.list().model()->index(0, 0)).center());
    ASSERT_NE(workspace.current(), nullptr);
    EXPECT_EQ(workspace.current()->path(), path);
}

TEST_F(Panels, ADockHasTitleLineMenuAndBusyMark)
{
    auto* panel = new LadderPanel(workspace, session);
    PanelDock dock(panel);
    dock.show();
    QStringList words;
    for (const QLabel* label : dock.titleBarWidget()->findChildren<QLabel*>())
        words.append(label->text());
    EXPECT_TRUE(words.contains(QStringLiteral("Ladder")));
    EXPECT_THAT(words.join(QLatin1Char('|')).toStdString(), HasSubstr("every layer a row"));
    EXPECT_EQ(dock.objectName(), QStringLiteral("ladder-dock"));
}

TEST_F(Panels, TheLogHasMarksAndTheEnginesEnd)
{
    LogPanel panel(engine);
    engine.launch();
    session.start(core::presets().front().experiment);
    ASSERT_TRUE(reach(3));
    session.setLearningRate(0.5);
    ASSERT_TRUE(QTest::qWaitFor([&] { return session.learningRate() == 0.5; }, 5000));
    engine.shutdown();
    ASSERT_TRUE(QTest::qWaitFor([&] { return engine.state() == EngineClient::State::Ended; }, 5000));
    const std::string text = panel.findChild<QPlainTextEdit*>()->toPlainText().toStdString();
    EXPECT_THAT(text, testing::AllOf(HasSubstr("is ready"), HasSubstr("Learning rate"), HasSubstr("has ended")));
}

} // namespace
} // namespace toeplab::widgets
