// SPDX-License-Identifier: GPL-3.0-or-later
// Where the main window's docks stand: the saved arrangements and what happens in a narrow window.
#include "app/window/main_window.h"

#include "app/window/side_drawer.h"
#include "widgets/panels/transport_bar.h"

#include <QtCore/QTimer>
#include <QtGui/QResizeEvent>
#include <QtWidgets/QToolButton>

#include <algorithm>

namespace toeplab::app
{

using widgets::PanelDock;

namespace
{

constexpr int kDrawerBelow = 1100; ///< px: under this width the right side makes room
constexpr int kLeftWidth = 220, kRightWidth = 290, kTitleHeight = 32;

const QString kRuns = QStringLiteral("runs"), kLadder = QStringLiteral("ladder"), kCurves = QStringLiteral("curves"),
              kMap = QStringLiteral("map"), kFrequency = QStringLiteral("frequency"),
              kEvolution = QStringLiteral("evolution"), kExperiment = QStringLiteral("experiment"),
              kCompare = QStringLiteral("compare"), kPage = QStringLiteral("page"), kSplit = QStringLiteral("split"),
              kInducing = QStringLiteral("inducing"), kScores = QStringLiteral("scores");

} // namespace

void MainWindow::arrange(Layout layout)
{
    // One dock area holds all: with several and no central widget Qt shares the width in thirds. Runs | ladder over two
    // columns of plots | experiment; what a layout does not show is a hidden tab, ready at its place.
    const auto at = [this](const char* id) { return dock(QString::fromLatin1(id)); };
    addDockWidget(Qt::LeftDockWidgetArea, at("runs"));
    splitDockWidget(at("runs"), at("ladder"), Qt::Horizontal);
    splitDockWidget(at("ladder"), at("experiment"), Qt::Horizontal);
    splitDockWidget(at("ladder"), at("curves"), Qt::Vertical);
    if (layout == Layout::Inspect) { // the map has a whole side: near to square, as a matrix is
        splitDockWidget(at("curves"), at("frequency"), Qt::Horizontal);
        tabifyDockWidget(at("curves"), at("map"));
        splitDockWidget(at("frequency"), at("evolution"), Qt::Vertical);
    } else {
        splitDockWidget(at("curves"), at("map"), Qt::Horizontal);
        splitDockWidget(at("curves"), at("frequency"), Qt::Vertical);
        splitDockWidget(at("map"), at("evolution"), Qt::Vertical);
    }
    tabifyDockWidget(at("curves"), at("compare"));
    tabifyDockWidget(at("curves"), at("page"));
    tabifyDockWidget(at("frequency"), at("split"));
    tabifyDockWidget(at("split"), at("inducing"));
    tabifyDockWidget(at("inducing"), at("log"));
    tabifyDockWidget(at("evolution"), at("scores"));
}

void MainWindow::applyLayout(Layout layout)
{
    static const QHash<Layout, QStringList> shown{
        {Layout::Train, {kRuns, kLadder, kCurves, kMap, kFrequency, kEvolution, kExperiment}},
        {Layout::Inspect, {kLadder, kMap, kFrequency, kSplit, kInducing, kEvolution, kScores}},
        {Layout::Compare, {kRuns, kCompare}},
        {Layout::Figure, {kRuns, kLadder, kPage}},
    };
    for (PanelDock* each : docks_) {
        each->setFloating(false);
    }
    arrange(layout);
    for (PanelDock* each : docks_) {
        each->setVisible(shown[layout].contains(each->panel().text().id));
    }
    for (const QString& first : {kFrequency, kEvolution}) { // of its tabs
        dock(first)->raise();
    }
    layout_ = layout;
    shareRoom();
    // Docks take the sizes that they are told only once the window has laid them out.
    QTimer::singleShot(0, this, &MainWindow::shareRoom);
    if (isVisible()) {
        fitSides();
    }
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
    const int middle = std::max(width() - kLeftWidth - kRightWidth, 400);
    switch (layout_) {
    case Layout::Train:
        share({kRuns, kLadder, kExperiment}, {kLeftWidth, middle, kRightWidth}, Qt::Horizontal);
        share({kCurves, kMap}, {middle / 2, middle / 2}, Qt::Horizontal);
        share({kLadder, kCurves, kFrequency}, {ladder, below * 54 / 100, below * 46 / 100}, Qt::Vertical);
        share({kMap, kEvolution}, {below * 58 / 100, below * 42 / 100}, Qt::Vertical);
        break;
    case Layout::Inspect:
        share({kMap, kFrequency}, {width() * 48 / 100, width() * 52 / 100}, Qt::Horizontal);
        share({kLadder, kMap}, {ladder, below}, Qt::Vertical);
        share({kFrequency, kEvolution}, {below / 2, below / 2}, Qt::Vertical);
        break;
    case Layout::Compare:
        share({kRuns, kCompare}, {kLeftWidth + 40, width() - kLeftWidth - 40}, Qt::Horizontal);
        break;
    case Layout::Figure:
        share({kRuns, kLadder}, {kLeftWidth, width() - kLeftWidth}, Qt::Horizontal);
        share({kLadder, kPage}, {ladder, below}, Qt::Vertical);
        break;
    }
}

void MainWindow::toggleSide(const QString& panel_id)
{
    PanelDock* const side = dock(panel_id);
    if (side == dock(kExperiment) && isNarrow() && !side->isVisible()) {
        drawer_->isOpen() ? drawer_->close() : drawer_->open();
        return;
    }
    const int left = dock(kRuns)->width();
    side->setVisible(!side->isVisible());
    drawer_hidden_ = false;
    if (side != dock(kRuns) && dock(kRuns)->isVisible()) { // the room goes to the plots, not to the other side
        QTimer::singleShot(0, this, [this, left] { resizeDocks({dock(kRuns)}, {left}, Qt::Horizontal); });
    }
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    if (dock(kExperiment) != nullptr && isVisible()) {
        makeRoom(event->oldSize().width());
    }
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    fitSides();
}

void MainWindow::fitSides()
{
    drawer_hidden_ = false;
    makeRoom(kDrawerBelow);
}

bool MainWindow::isNarrow() const
{
    return width() < kDrawerBelow;
}

void MainWindow::makeRoom(int width_before)
{
    PanelDock* const form = dock(kExperiment);
    transport_->drawerButton().setVisible(isNarrow());
    if (form->isFloating()) {
        return;
    }
    if (isNarrow() && form->isVisible() && width_before >= kDrawerBelow) {
        form->hide();
        drawer_hidden_ = true;
    } else if (!isNarrow() && (drawer_hidden_ || drawer_->isOpen())) {
        form->show(); // and the drawer closes
        drawer_hidden_ = false;
    }
}

} // namespace toeplab::app
