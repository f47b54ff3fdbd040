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
constexpr int kLeftWidth = 220, kRightWidth = 290, kTitleHeight = 32;

const QString kRuns = QStringLiteral("runs"), kLadder = QStringLiteral("ladder"), kCurves = QStringLiteral("curves"),
              kMap = QStringLiteral("map"), kFrequency = QStringLiteral("frequency"),
              kEvolution = QStringLiteral("evolution"), kExperiment = QStringLiteral("experiment"),
              kCompare = QStringLiteral("compare");

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
    experiment_ = new ExperimentPanel(session, workspace);
    addPanel(experiment_);
    addPanel(new LogPanel(workbench_.engine));
    // The sides keep to what they need; the plots get the rest.
    dock(kRuns)->setMaximumWidth(kLeftWidth * 2);
    dock(kExperiment)->setMaximumWidth(kRightWidth * 2);
    dock(kExperiment)->setMinimumWidth(kRightWidth - 30);
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

void MainWindow::arrange()
{
    // One dock area holds all: with several and no central widget Qt shares the width in thirds. Runs | ladder over two
    // columns of plots | experiment; what a layout does not show is a hidden tab, ready at its place.
    const auto at = [this](const char* id) { return dock(QString::fromLatin1(id)); };
    addDockWidget(Qt::LeftDockWidgetArea, at("runs"));
    splitDockWidget(at("runs"), at("ladder"), Qt::Horizontal);
    splitDockWidget(at("ladder"), at("experiment"), Qt::Horizontal);
    splitDockWidget(at("ladder"), at("curves"), Qt::Vertical);
    splitDockWidget(at("curves"), at("map"), Qt::Horizontal);
    splitDockWidget(at("curves"), at("frequency"), Qt::Vertical);
    splitDockWidget(at("map"), at("evolution"), Qt::Vertical);
    tabifyDockWidget(at("curves"), at("compare"));
    tabifyDockWidget(at("frequency"), at("log"));
}

void MainWindow::applyLayout(Layout layout)
{
    static const QHash<Layout, QStringList> shown{
        {Layout::Train, {kRuns, kLadder, kCurves, kMap, kFrequency, kEvolution, kExperiment}},
        {Layout::Inspect, {kLadder, kMap, kFrequency, kEvolution}},
        {Layout::Compare, {kRuns, kCompare}},
    };
    for (PanelDock* each : docks_) {
        each->setFloating(false);
    }
    arrange();
    for (PanelDock* each : docks_) {
        each->setVisible(shown[layout].contains(each->panel().text().id));
    }
    drawer_hidden_ = false;
    layout_ = layout;
    shareRoom();
    // Docks take the sizes that they are told only once the window has laid them out.
    QTimer::singleShot(0, this, &MainWindow::shareRoom);
}

void MainWindow::shareRoom()
{
    const auto share = [this](const QStringList& ids, const QList<int>& sizes, Qt::Orientation orientation) {
        QList<QDockWidget*> found;
        for (const QString& id : ids) {
            found.append(dock(id));
        }
        resizeDocks(found, sizes, orientation);
    };
    const int ladder = kTitleHeight + dock(kLadder)->panel().sizeHint().height();
    const int below = std::max(height() - 90 - ladder, 300);
    if (layout_ == Layout::Train) {
        const int middle = std::max(width() - kLeftWidth - kRightWidth, 400);
        share({kRuns, kLadder, kExperiment}, {kLeftWidth, middle, kRightWidth}, Qt::Horizontal);
        share({kCurves, kMap}, {middle / 2, middle / 2}, Qt::Horizontal);
        share({kLadder, kCurves, kFrequency}, {ladder, below / 2, below / 2}, Qt::Vertical);
        share({kMap, kEvolution}, {below * 6 / 10, below * 4 / 10}, Qt::Vertical);
    } else if (layout_ == Layout::Inspect) {
        share({kFrequency, kMap}, {width() * 2 / 5, width() * 3 / 5}, Qt::Horizontal);
        share({kLadder, kFrequency}, {ladder, below}, Qt::Vertical);
        share({kMap, kEvolution}, {below * 6 / 10, below * 4 / 10}, Qt::Vertical);
    } else {
        share({kRuns, kCompare}, {kLeftWidth + 40, width() - kLeftWidth - 40}, Qt::Horizontal);
    }
}

void MainWindow::toggleSide(const QString& panel_id)
{
    PanelDock* const side = dock(panel_id);
    side->setVisible(!side->isVisible());
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
    PanelDock* const form = dock(kExperiment);
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
