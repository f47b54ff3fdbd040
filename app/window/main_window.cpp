// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

#include "app/window/side_drawer.h"
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
#include "widgets/panels/page_panel.h"
#include "widgets/panels/panel_catalogue.h"
#include "widgets/panels/runs_panel.h"
#include "widgets/panels/status_strip.h"
#include "widgets/panels/transport_bar.h"
#include "widgets/plots/theme.h"

#include <QtGui/QCloseEvent>
#include <QtWidgets/QApplication>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QStatusBar>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::app
{

using namespace widgets; // NOLINT: this file does nothing but put widgets together

namespace
{

constexpr int kLeftWidth = 220, kRightWidth = 290, kTitleHeight = 32;

const QString kRuns = QStringLiteral("runs"), kLadder = QStringLiteral("ladder"), kCurves = QStringLiteral("curves"),
              kExperiment = QStringLiteral("experiment");

} // namespace

MainWindow::MainWindow(Workbench& workbench) : workbench_(workbench)
{
    setObjectName(QStringLiteral("toeplab"));
    setWindowTitle(QStringLiteral("Toeplab"));
    setWindowIcon(QIcon(QStringLiteral(":/icons/toeplab.svg")));
    setDockOptions(AllowNestedDocks | AllowTabbedDocks);
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
    auto* page = new PagePanel(workspace, figure_panels_,
                               QString::fromStdString(core::toeplabHome()) + QStringLiteral("/figures"));
    connect(page, &PagePanel::exported, this, &MainWindow::sayExported);
    addPanel(page);
    experiment_ = new ExperimentPanel(session, workspace);
    addPanel(experiment_);
    addPanel(new LogPanel(workbench_.engine));
    // The sides keep to what they need; the plots get the rest.
    dock(kRuns)->setMaximumWidth(kLeftWidth * 2);
    dock(kExperiment)->setMaximumWidth(kRightWidth * 2);
    dock(kExperiment)->setMinimumWidth(kRightWidth - 30);
    drawer_ = new SideDrawer(*dock(kExperiment), kRightWidth, *this);
    connect(&transport_->drawerButton(), &QToolButton::clicked, this, [this] { toggleSide(kExperiment); });
    connect(&workspace, &Workspace::headerChanged, this, [this, layers = std::size_t(0)]() mutable {
        const std::size_t now = workbench_.workspace.current()->header().layers.size();
        if (now != layers) {
            layers = now;
            resizeDocks({dock(kLadder)}, {kTitleHeight + dock(kLadder)->panel().sizeHint().height()}, Qt::Vertical);
        }
    });
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
    return dock(kCurves);
}

void MainWindow::connectNotices()
{
    LiveSession& session = workbench_.session;
    connect(&workbench_.workspace, &Workspace::stateChanged, this, &MainWindow::sayProblem);
    connect(&workbench_.workspace, &Workspace::currentChanged, this, &MainWindow::sayProblem);
    connect(&session, &LiveSession::failed, this,
            [this](const QString& sentence) { notice_->say(NoticeBar::Level::Bad, sentence); });
    connect(&session, &LiveSession::noted, this,
            [this](const QString& sentence) { notice_->say(NoticeBar::Level::Warning, sentence); });
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

void MainWindow::sayProblem()
{
    const RunDocument* const run = workbench_.workspace.current();
    const QString problem = run == nullptr ? QString() : run->problem();
    if (!problem.isEmpty() && problem != told_problem_) {
        notice_->say(NoticeBar::Level::Bad, problem, {{tr("Open a run file…"), [this] { openFile(); }}});
    }
    told_problem_ = problem;
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
    connect(dialog, &ExportDialog::exported, this, &MainWindow::sayExported);
    dialog->show();
}

void MainWindow::sayExported(const QString& path)
{
    notice_->say(NoticeBar::Level::Info, tr("The figure is in %1.").arg(path));
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
    if (drawer_hidden_) { // the layout is remembered as it is in a window of full width
        dock(kExperiment)->show();
    }
    Q_EMIT closing();
    QMainWindow::closeEvent(event);
}

} // namespace toeplab::app
