// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

#include "app/window/workbench.h"
#include "core/base/home.h"
#include "widgets/dialogs/export_dialog.h"
#include "widgets/dialogs/help_dialogs.h"
#include "widgets/dialogs/table_dialog.h"
#include "widgets/models/format.h"
#include "widgets/models/run_document.h"
#include "widgets/panels/evolution_panel.h"
#include "widgets/panels/experiment_panel.h"
#include "widgets/panels/ladder_panel.h"
#include "widgets/panels/log_panel.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/panel_catalogue.h"
#include "widgets/panels/runs_panel.h"
#include "widgets/panels/status_strip.h"
#include "widgets/panels/transport_bar.h"
#include "widgets/plots/theme.h"

#include <QtCore/QTimer>
#include <QtGui/QCloseEvent>
#include <QtWidgets/QApplication>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QStatusBar>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::app
{

using namespace widgets; // NOLINT: this file does nothing but put widgets together

namespace
{

constexpr int kDrawerBelow = 1100; ///< px: under this width the right side makes room

} // namespace

MainWindow::MainWindow(Workbench& workbench) : workbench_(workbench)
{
    setObjectName(QStringLiteral("toeplab"));
    setWindowTitle(QStringLiteral("Toeplab"));
    setWindowIcon(QIcon(QStringLiteral(":/icons/toeplab.svg")));
    setDockOptions(AllowNestedDocks | AllowTabbedDocks);
    setCorner(Qt::TopLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::TopRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    buildFrame();
    buildPanels();
    connectNotices();
    resize(1440, 900);
    applyLayout(Layout::Train);
}

MainWindow::~MainWindow() = default;

void MainWindow::buildFrame()
{
    transport_ = new TransportBar(workbench_.session, workbench_.workspace);
    notice_ = new NoticeBar;
    auto* top = new QWidget;
    auto* column = new QVBoxLayout(top);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(transport_);
    column->addWidget(notice_);
    setMenuWidget(top);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(new StatusStrip(workbench_.session, workbench_.workspace), 1);
    statusBar()->setContentsMargins(0, 0, 0, 0);
}

void MainWindow::buildPanels()
{
    Workspace& workspace = workbench_.workspace;
    LiveSession& session = workbench_.session;
    auto* runs = new RunsPanel(workbench_.runs, workspace);
    connect(runs, &RunsPanel::openFileWanted, this, &MainWindow::openFile);
    addPanel(runs);
    addPanel(new LadderPanel(workspace, session));
    for (FigurePanel* panel : makeFigurePanels(workspace, session)) {
        figure_panels_.push_back(panel);
        addPanel(panel);
    }
    experiment_ = new ExperimentPanel(session, workspace);
    addPanel(experiment_);
    addPanel(new LogPanel(workbench_.engine));
}

PanelDock* MainWindow::addPanel(Panel* panel)
{
    auto* made = new PanelDock(panel, this);
    docks_.push_back(made);
    connect(made, &PanelDock::exportWanted, this, [this](Panel* wanted) { exportFigure(*wanted); });
    connect(made, &PanelDock::explanationWanted, this,
            [this](Panel* wanted) { showExplanation(wanted->text().title, wanted->text().explanation, this); });
    connect(made, &PanelDock::tableWanted, this, [this](Panel* wanted) {
        if (const auto spec = wanted->figure()) {
            (new TableDialog(*spec, wanted->text().title, workbench_.background, this))->show();
        }
    });
    return made;
}

PanelDock* MainWindow::dock(const QString& panel_id) const
{
    for (PanelDock* candidate : docks_) {
        if (candidate->panel().text().id == panel_id) {
            return candidate;
        }
    }
    return nullptr;
}

PanelDock* MainWindow::activeDock() const
{
    for (QWidget* start : {QApplication::widgetAt(QCursor::pos()), QApplication::focusWidget()}) {
        for (QWidget* widget = start; widget != nullptr; widget = widget->parentWidget()) {
            if (auto* found = qobject_cast<PanelDock*>(widget); found && found->panel().figure()) {
                return found;
            }
        }
    }
    return dock(QStringLiteral("curves"));
}

void MainWindow::connectNotices()
{
    LiveSession& session = workbench_.session;
    connect(&session, &LiveSession::failed, this,
            [this](const QString& sentence) { notice_->say(NoticeBar::Level::Bad, sentence); });
    connect(&session, &LiveSession::lost, this,
            [this, &session](const QString& sentence, const QString& run, qint64 step) {
                std::vector<NoticeBar::Choice> choices;
                if (step >= 0) {
                    choices.push_back({tr("Resume from step %1").arg(format::steps(step)), [&session, run] {
                                           session.restartEngine();
                                           session.continueRun(run);
                                       }});
                }
                choices.push_back({tr("Start the engine"), [&session] { session.restartEngine(); }});
                const QString kept = run.isEmpty() ? QString() : tr(" What was shown is kept.");
                notice_->say(NoticeBar::Level::Bad, sentence + kept, std::move(choices));
            });
}

void MainWindow::hideAll()
{
    for (PanelDock* each : docks_) {
        removeDockWidget(each);
    }
}

void MainWindow::applyLayout(Layout layout)
{
    hideAll();
    switch (layout) {
    case Layout::Train:
        arrangeTrain();
        break;
    case Layout::Inspect:
        arrangeInspect();
        break;
    case Layout::Compare:
        arrangeCompare();
        break;
    }
    drawer_hidden_ = false;
    layout_ = layout;
    shareRoom();
    // Docks take the sizes that they are told only once the window has laid them out.
    QTimer::singleShot(0, this, &MainWindow::shareRoom);
}

void MainWindow::shareRoom()
{
    const auto docks = [this](std::initializer_list<const char*> ids) {
        QList<QDockWidget*> found;
        for (const char* id : ids) {
            found.append(dock(QString::fromLatin1(id)));
        }
        return found;
    };
    const int below_ladder = std::max(height() - 250, 300);
    switch (layout_) {
    case Layout::Train:
        resizeDocks(docks({"runs", "experiment"}), {220, 290}, Qt::Horizontal);
        resizeDocks(docks({"curves", "map"}), {500, 500}, Qt::Horizontal);
        resizeDocks(docks({"ladder", "curves", "frequency"}), {140, below_ladder / 2, below_ladder / 2}, Qt::Vertical);
        resizeDocks(docks({"map", "evolution"}), {below_ladder * 6 / 10, below_ladder * 4 / 10}, Qt::Vertical);
        break;
    case Layout::Inspect:
        resizeDocks(docks({"map", "frequency"}), {600, 400}, Qt::Horizontal);
        resizeDocks(docks({"ladder", "map"}), {140, below_ladder}, Qt::Vertical);
        resizeDocks(docks({"frequency", "evolution"}), {below_ladder / 2, below_ladder / 2}, Qt::Vertical);
        break;
    case Layout::Compare:
        resizeDocks(docks({"runs"}), {260}, Qt::Horizontal);
        break;
    }
}

void MainWindow::arrangeTrain()
{
    PanelDock* const runs = dock(QStringLiteral("runs"));
    PanelDock* const form = dock(QStringLiteral("experiment"));
    PanelDock* const ladder = dock(QStringLiteral("ladder"));
    PanelDock* const curves = dock(QStringLiteral("curves"));
    PanelDock* const map = dock(QStringLiteral("map"));
    PanelDock* const frequency = dock(QStringLiteral("frequency"));
    PanelDock* const evolution = dock(QStringLiteral("evolution"));
    addDockWidget(Qt::LeftDockWidgetArea, runs);
    addDockWidget(Qt::RightDockWidgetArea, form);
    addDockWidget(Qt::TopDockWidgetArea, ladder);
    splitDockWidget(ladder, curves, Qt::Vertical);
    splitDockWidget(curves, map, Qt::Horizontal);
    splitDockWidget(curves, frequency, Qt::Vertical);
    splitDockWidget(map, evolution, Qt::Vertical);
    for (PanelDock* each : {runs, form, ladder, curves, map, frequency, evolution}) {
        each->show();
    }
}

void MainWindow::arrangeInspect()
{
    PanelDock* const ladder = dock(QStringLiteral("ladder"));
    PanelDock* const map = dock(QStringLiteral("map"));
    PanelDock* const frequency = dock(QStringLiteral("frequency"));
    PanelDock* const evolution = dock(QStringLiteral("evolution"));
    addDockWidget(Qt::TopDockWidgetArea, ladder);
    splitDockWidget(ladder, map, Qt::Vertical);
    splitDockWidget(map, frequency, Qt::Horizontal);
    splitDockWidget(frequency, evolution, Qt::Vertical);
    for (PanelDock* each : {ladder, map, frequency, evolution}) {
        each->show();
    }
}

void MainWindow::arrangeCompare()
{
    PanelDock* const runs = dock(QStringLiteral("runs"));
    PanelDock* const compare = dock(QStringLiteral("compare"));
    addDockWidget(Qt::LeftDockWidgetArea, runs);
    addDockWidget(Qt::TopDockWidgetArea, compare);
    runs->show();
    compare->show();
}

void MainWindow::toggleSide(Qt::DockWidgetArea area)
{
    std::vector<PanelDock*> side;
    bool any_visible = false;
    for (PanelDock* each : docks_) {
        if (!each->isFloating() && dockWidgetArea(each) == area) {
            side.push_back(each);
            any_visible = any_visible || each->isVisible();
        }
    }
    for (PanelDock* each : side) {
        each->setVisible(!any_visible);
    }
    drawer_hidden_ = false;
}

void MainWindow::exportFigure(Panel& panel)
{
    const auto spec = panel.figure();
    if (!spec) {
        notice_->say(NoticeBar::Level::Info, tr("%1 has nothing to export yet.").arg(panel.text().title));
        return;
    }
    const QString folder = QString::fromStdString(core::toeplabHome()) + QStringLiteral("/figures");
    const QString run =
        workbench_.workspace.current() ? workbench_.workspace.current()->name() : QStringLiteral("figure");
    auto* dialog = new ExportDialog(*spec, folder, run + QLatin1Char('-') + QString::fromStdString(spec->kind), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::exported, this, [this](const QString& path) {
        notice_->say(NoticeBar::Level::Info, tr("The figure is in %1.").arg(path));
    });
    dialog->show();
}

void MainWindow::openFile()
{
    auto* dialog = new QFileDialog(this, tr("Open a run file"),
                                   QString::fromStdString(core::toeplabHome()) + QStringLiteral("/runs"),
                                   tr("Runs (*.h5);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        for (const QString& file : files) {
            workbench_.workspace.setCurrent(workbench_.workspace.open(file));
        }
    });
    dialog->open();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    Q_EMIT closing();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    PanelDock* const form = dock(QStringLiteral("experiment"));
    if (form == nullptr || form->isFloating() || !isVisible()) {
        return;
    }
    const bool narrow = width() < kDrawerBelow;
    if (narrow && form->isVisible() && event->oldSize().width() >= kDrawerBelow) {
        form->hide();
        drawer_hidden_ = true;
    } else if (!narrow && drawer_hidden_) {
        form->show();
        drawer_hidden_ = false;
    }
}

} // namespace toeplab::app
