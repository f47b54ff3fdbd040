// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"
#include "app/window/window_actions.h"
#include "app/window/window_memory.h"
#include "app/window/workbench.h"
#include "widgets/models/run_document.h"
#include "widgets/panels/figure_panel.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/transport_bar.h"
#include "widgets/style/appearance.h"

#include <QtCore/QFile>
#include <QtCore/QSet>
#include <QtCore/QTemporaryDir>
#include <QtGui/QAction>
#include <QtGui/QScreen>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QStatusBar>
#include <QtWidgets/QToolButton>

#include <gmock/gmock.h>

#include <csignal>

namespace toeplab::app
{
namespace
{

using testing::HasSubstr;
using widgets::PanelDock;

class Window : public testing::Test
{
protected:
    Window()
    {
        qputenv("TOEPLAB_HOME", home_.path().toUtf8());
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home_.filePath(QStringLiteral("settings")));
        open();
    }
    void open()
    {
        memory_ = std::make_unique<WindowMemory>();
        workbench_ = std::make_unique<Workbench>(
            widgets::EngineCommand{QStringLiteral(TOEPLAB_SCRIPTED_ENGINE), {QStringLiteral("train")}});
        window_ = std::make_unique<MainWindow>(*workbench_);
        new WindowActions(*window_, *memory_);
        memory_->restoreGeometry(*window_);
        window_->show();
        memory_->restoreRest(*window_);
    }
    void close()
    {
        memory_->save(*window_);
        window_.reset();
        workbench_.reset();
        memory_.reset();
    }
    [[nodiscard]] bool train()
    {
        workbench_->open({}, {});
        return QTest::qWaitFor(
            [&] {
                const widgets::RunDocument* run = workbench_->session.document();
                return run != nullptr && run->lastStep() >= 5;
            },
            10'000);
    }

    QTemporaryDir home_;
    std::unique_ptr<WindowMemory> memory_;
    std::unique_ptr<Workbench> workbench_;
    std::unique_ptr<MainWindow> window_;
};

TEST_F(Window, TheFirstTimeEverTheTourIsAlreadyLearning)
{
    ASSERT_TRUE(train());
    EXPECT_EQ(workbench_->session.document()->header().experiment.at("name"), "tour");
    EXPECT_EQ(workbench_->workspace.current(), workbench_->session.document());
}

TEST_F(Window, EveryDockHasAPlaceANameAndAnExplanation)
{
    for (const PanelDock* dock : window_->docks()) {
        EXPECT_FALSE(dock->objectName().isEmpty());
        EXPECT_FALSE(dock->windowTitle().isEmpty());
        EXPECT_GT(dock->panel().text().explanation.size(), 40) << dock->objectName().toStdString();
        EXPECT_FALSE(dock->panel().accessibleName().isEmpty());
    }
    for (const char* id : {"runs", "ladder", "curves", "map", "frequency", "evolution", "experiment"})
        EXPECT_TRUE(window_->dock(QString::fromLatin1(id))->isVisible()) << id;
}

TEST_F(Window, TheTrainLayoutGivesPlotsTheirRoom)
{
    QTest::qWait(50);
    for (const char* id : {"curves", "map", "frequency", "evolution"}) {
        const QSize size = window_->dock(QString::fromLatin1(id))->size();
        EXPECT_GT(size.width(), 300) << id;
        EXPECT_GT(size.height(), 180) << id;
    }
    EXPECT_NEAR(window_->dock(QStringLiteral("runs"))->width(), 220, 40);
    EXPECT_NEAR(window_->dock(QStringLiteral("experiment"))->width(), 280, 40);
}

TEST_F(Window, LayoutsSwitchAndSidesCollapse)
{
    window_->applyLayout(MainWindow::Layout::Compare);
    EXPECT_TRUE(window_->dock(QStringLiteral("compare"))->isVisible());
    EXPECT_FALSE(window_->dock(QStringLiteral("curves"))->isVisible());
    window_->applyLayout(MainWindow::Layout::Inspect);
    EXPECT_TRUE(window_->dock(QStringLiteral("map"))->isVisible());
    EXPECT_FALSE(window_->dock(QStringLiteral("experiment"))->isVisible());
    window_->applyLayout(MainWindow::Layout::Figure);
    EXPECT_TRUE(window_->dock(QStringLiteral("page"))->isVisible());
    EXPECT_FALSE(window_->dock(QStringLiteral("compare"))->isVisible());
    window_->applyLayout(MainWindow::Layout::Train);
    window_->toggleSide(QStringLiteral("experiment"));
    EXPECT_FALSE(window_->dock(QStringLiteral("experiment"))->isVisible());
    window_->toggleSide(QStringLiteral("experiment"));
    EXPECT_TRUE(window_->dock(QStringLiteral("experiment"))->isVisible());
}

TEST_F(Window, ANarrowWindowTurnsTheRightSideIntoADrawer)
{
    window_->resize(1440, 900);
    QTest::qWait(20);
    QToolButton& button = window_->transport().drawerButton();
    EXPECT_FALSE(button.isVisible());
    window_->resize(1000, 700);
    QTest::qWait(20);
    PanelDock* form = window_->dock(QStringLiteral("experiment"));
    PanelDock* map = window_->dock(QStringLiteral("map"));
    EXPECT_FALSE(form->isVisible());
    ASSERT_TRUE(button.isVisible());
    const QSize plot = map->size();
    QTest::mouseClick(&button, Qt::LeftButton);
    auto* drawer = window_->findChild<QWidget*>(QStringLiteral("experiment-drawer"));
    ASSERT_NE(drawer, nullptr);
    EXPECT_TRUE(drawer->isVisible());
    EXPECT_TRUE(form->panel().isVisible());
    EXPECT_EQ(drawer->geometry().right(), window_->rect().right());
    EXPECT_EQ(map->size(), plot) << "a drawer lies over the plots";
    const int top = drawer->geometry().top();
    window_->notice().say(widgets::NoticeBar::Level::Info, QStringLiteral("A sentence."));
    QTest::qWait(20);
    EXPECT_GT(drawer->geometry().top(), top) << "and under what is said";
    window_->resize(900, 600);
    QTest::qWait(20);
    EXPECT_EQ(drawer->geometry().right(), window_->rect().right());
    EXPECT_EQ(drawer->geometry().bottom() + 1, window_->statusBar()->geometry().top());
    QTest::keyClick(drawer, Qt::Key_Escape);
    EXPECT_FALSE(drawer->isVisible());
    window_->toggleSide(QStringLiteral("experiment"));
    EXPECT_TRUE(drawer->isVisible());
    window_->resize(1440, 900);
    QTest::qWait(20);
    EXPECT_FALSE(drawer->isVisible());
    EXPECT_TRUE(form->isVisible());
    EXPECT_TRUE(form->panel().isVisible());
    EXPECT_EQ(form->panel().window(), window_.get());
}

TEST_F(Window, TheRightSideIsRememberedByAWindowThatWasClosedNarrow)
{
    window_->resize(1440, 900);
    QTest::qWait(20);
    window_->resize(1000, 700);
    QTest::qWait(20);
    window_->close(); // which the program follows by WindowMemory::save
    close();
    open();
    QTest::qWait(20);
    EXPECT_FALSE(window_->dock(QStringLiteral("experiment"))->isVisible());
    window_->resize(1440, 900);
    QTest::qWait(20);
    EXPECT_TRUE(window_->dock(QStringLiteral("experiment"))->isVisible());
}

TEST_F(Window, SpacePausesUnlessSomethingElseHasTheKey)
{
    ASSERT_TRUE(train());
    window_->activateWindow();
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_Space);
    ASSERT_TRUE(QTest::qWaitFor([&] { return workbench_->session.isPaused(); }, 5000));
    auto* filter = window_->findChild<QLineEdit*>(QStringLiteral("runs-filter"));
    filter->setFocus();
    QTest::keyClicks(filter, QStringLiteral("a b"));
    EXPECT_EQ(filter->text(), QStringLiteral("a b"));
    EXPECT_TRUE(workbench_->session.isPaused());
}

TEST_F(Window, AFileThatCannotBeReadIsSaidOnceAndInEachPanelBriefly)
{
    const QString file = home_.filePath(QStringLiteral("broken.h5"));
    QFile broken(file);
    ASSERT_TRUE(broken.open(QIODevice::WriteOnly));
    broken.write("this is no run");
    broken.close();
    workbench_->open({file}, {});
    ASSERT_TRUE(QTest::qWaitFor([&] { return window_->notice().isVisible(); }, 10'000));
    EXPECT_THAT(window_->notice().sentence().toStdString(), HasSubstr("broken.h5"));
    auto* sentence = window_->findChild<QLabel*>(QStringLiteral("map-sentence"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return sentence->text().startsWith(QLatin1String("broken could not")); }, 5000))
        << sentence->text().toStdString();
    const auto listed = [&] { return workbench_->runs.indexOf(file).isValid(); };
    EXPECT_TRUE(QTest::qWaitFor(listed, 10'000)) << "and it is in the list";
}

TEST_F(Window, ADeadEngineIsSaidAndWhatWasShownStays)
{
    ASSERT_TRUE(train());
    ASSERT_EQ(::kill(pid_t(workbench_->engine.hello().pid), SIGKILL), 0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return window_->notice().isVisible(); }, 10'000));
    EXPECT_THAT(window_->notice().sentence().toStdString(), testing::AllOf(HasSubstr("signal 9"), HasSubstr("kept")));
    EXPECT_GE(workbench_->workspace.current()->rows().training.size(), 5U);
}

TEST_F(Window, AKeyStillWorksAfterAPanelsMenuWasOpen)
{
    ASSERT_TRUE(train());
    for (PanelDock* dock : window_->docks()) {
        for (QMenu* menu : dock->findChildren<QMenu*>())
            Q_EMIT menu->aboutToShow();
    }
    QSet<QKeySequence> keys;
    for (const QAction* action : window_->findChildren<QAction*>()) {
        if (!action->shortcut().isEmpty()) {
            EXPECT_FALSE(keys.contains(action->shortcut()))
                << action->text().toStdString() << " has a key that another action has too";
            keys.insert(action->shortcut());
        }
    }
    EXPECT_TRUE(keys.contains(QKeySequence(QStringLiteral("Ctrl+E"))));
    EXPECT_TRUE(keys.contains(QKeySequence(QStringLiteral("Ctrl+F4"))));
}

TEST_F(Window, ARememberedPlaceThatIsOffTheScreenIsBroughtBack)
{
    const QRect room = window_->screen()->availableGeometry();
    window_->applyLayout(MainWindow::Layout::Compare); // the screen of the tests is small
    window_->resize(room.size() / 2);
    window_->move(room.right() - 50, room.bottom() - 50);
    close();
    open();
    const QRect place = window_->geometry();
    EXPECT_GE(place.top(), room.top());
    EXPECT_LE(place.bottom(), room.bottom());
    EXPECT_GE(place.left(), room.left());
    EXPECT_LE(place.left(), std::max(room.left(), room.right() + 1 - place.width())) << "docks may need more than this";
}

TEST_F(Window, LayoutThemeAndOptionsAreRemembered)
{
    window_->dock(QStringLiteral("evolution"))->hide();
    window_->dock(QStringLiteral("log"))->show();
    window_->dock(QStringLiteral("log"))->raise();
    memory_->setTheme(WindowMemory::ThemeChoice::Dark);
    widgets::FigurePanel* const curves = window_->figurePanels().front();
    const QString chosen = QStringLiteral(R"({"training":{"log_y":true}})");
    curves->setOptions(chosen);
    const QString kept = curves->options();
    close();
    open();
    QTest::qWait(20);
    EXPECT_FALSE(window_->dock(QStringLiteral("evolution"))->isVisible());
    EXPECT_TRUE(window_->dock(QStringLiteral("log"))->isVisible());
    EXPECT_EQ(memory_->themeChoice(), WindowMemory::ThemeChoice::Dark);
    EXPECT_EQ(widgets::currentTheme().kind, widgets::ThemeKind::Dark);
    EXPECT_EQ(window_->figurePanels().front()->options(), kept);
    EXPECT_THAT(kept.toStdString(), HasSubstr("log_y"));
}

} // namespace
} // namespace toeplab::app
