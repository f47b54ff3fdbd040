// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel.h"

#include <QtWidgets/QDockWidget>

class QToolButton;

namespace toeplab::widgets
{

class ElidedLabel;

/// A panel in its frame: title, one line of what it shows, busy mark and menu (export, copy, table, full screen, what
/// am I looking at).
class PanelDock final : public QDockWidget
{
    Q_OBJECT

public:
    explicit PanelDock(Panel* panel, QWidget* parent = nullptr);

    [[nodiscard]] Panel& panel() const { return *panel_; }
    void copyImage();
    /// The panel alone on the whole screen; Escape or F brings it back.
    void toggleFullScreen();

Q_SIGNALS:
    void exportWanted(toeplab::widgets::Panel* panel);
    void tableWanted(toeplab::widgets::Panel* panel);
    void explanationWanted(toeplab::widgets::Panel* panel);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fillMenu(QMenu& menu);
    void setBusy(bool busy);

    Panel* panel_;
    ElidedLabel* shows_;
    QWidget* busy_;
    QToolButton* menu_;
    bool full_screen_ = false;
    bool floated_before_ = false;
};

} // namespace toeplab::widgets
