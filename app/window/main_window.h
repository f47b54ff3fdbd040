// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel_dock.h"

#include <QtCore/QHash>
#include <QtWidgets/QMainWindow>

#include <vector>

namespace toeplab::widgets
{
class ExperimentPanel;
class FigurePanel;
class NoticeBar;
class TransportBar;
} // namespace toeplab::widgets

namespace toeplab::app
{

class SideDrawer;
class Workbench;

/// Arranges the panels and nothing else: what they show and do is theirs and the workbench's.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    /// Saved arrangements of docks, on Ctrl+F1, Ctrl+F2, ...
    enum class Layout { Train, Inspect, Compare, Figure };

    explicit MainWindow(Workbench& workbench);
    ~MainWindow() override;

    [[nodiscard]] Workbench& workbench() { return workbench_; }
    [[nodiscard]] const std::vector<widgets::PanelDock*>& docks() const { return docks_; }
    [[nodiscard]] widgets::PanelDock* dock(const QString& panel_id) const;
    [[nodiscard]] const std::vector<widgets::FigurePanel*>& figurePanels() const { return figure_panels_; }
    [[nodiscard]] widgets::ExperimentPanel& experiment() { return *experiment_; }
    [[nodiscard]] widgets::TransportBar& transport() { return *transport_; }
    [[nodiscard]] widgets::NoticeBar& notice() { return *notice_; }
    /// The panel that the pointer or the focus is in, else the learning curves.
    [[nodiscard]] widgets::PanelDock* activeDock() const;

    void applyLayout(Layout layout);
    /// Shows or hides a side; in a narrow window the right one is a drawer over the plots.
    void toggleSide(const QString& panel_id);
    /// After docks came or went otherwise (a remembered layout): the right side makes room where it must.
    void fitSides();
    void exportFigure(widgets::Panel& panel);
    void openFile();

Q_SIGNALS:
    void closing();

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void buildPanels();
    void buildFrame();
    widgets::PanelDock* addPanel(widgets::Panel* panel);
    void arrange(Layout layout);
    void shareRoom();
    void connectNotices();
    /// In a narrow window the right side makes room and becomes a drawer; it comes back when there is some again.
    void makeRoom(int width_before);
    [[nodiscard]] bool isNarrow() const;
    void sayExported(const QString& path);
    /// What is wrong with the current run's file, once.
    void sayProblem();

    Workbench& workbench_;
    std::vector<widgets::PanelDock*> docks_;
    std::vector<widgets::FigurePanel*> figure_panels_;
    widgets::ExperimentPanel* experiment_ = nullptr;
    widgets::TransportBar* transport_ = nullptr;
    widgets::NoticeBar* notice_ = nullptr;
    SideDrawer* drawer_ = nullptr;
    QString told_problem_;
    Layout layout_ = Layout::Train;
    bool drawer_hidden_ = false; ///< the right side was hidden because the window is narrow
};

} // namespace toeplab::app
