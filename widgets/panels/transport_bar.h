// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QSpinBox;
class QToolButton;

namespace toeplab::widgets
{

class LiveSession;
class RunDocument;
class Workspace;

/// The bar at the top: run and pause, single steps, stop, the learning rate live, what runs, and how far. What cannot
/// be done now is off and says why on hover.
class TransportBar final : public QWidget
{
    Q_OBJECT

public:
    TransportBar(LiveSession& session, Workspace& workspace, QWidget* parent = nullptr);

    /// The button at the right end; its menu is the window's.
    [[nodiscard]] QToolButton& menuButton() const { return *menu_; }
    /// Beside it, hidden at first: opens the experiment's form where the window is too narrow to show it.
    [[nodiscard]] QToolButton& drawerButton() const { return *drawer_; }
    void step();
    /// Reads and sends the learning rate that stands in its field.
    void commitLearningRate();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void addControls(QHBoxLayout& row);
    void addReadouts(QHBoxLayout& row);
    void refresh();
    void refreshButtons();
    void refreshReadouts();
    void refreshProgress(const RunDocument* run);
    void refreshLearningRate();
    void checkLearningRate();

    LiveSession& session_;
    Workspace& workspace_;
    QToolButton* run_;
    QToolButton* step_;
    QSpinBox* count_;
    QToolButton* stop_;
    QLineEdit* lr_;
    QLabel* lr_now_;
    QLabel* seed_;
    QLabel* what_;
    QLabel* progress_;
    double share_ = -1; ///< done of the steps that the run asks for; -1: no end, or nothing moves
    QToolButton* drawer_;
    QToolButton* menu_;
};

} // namespace toeplab::widgets
