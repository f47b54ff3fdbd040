// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/figure_panel.h"

class QLabel;
class QSlider;
class QTimer;
class QToolButton;

namespace toeplab::widgets
{

/// How a layer's kernel came to be: the waterfall of its stored snapshots and a slider over them that moves every
/// panel. Each frame is a stored snapshot, never interpolated.
class EvolutionPanel final : public FigurePanel
{
    Q_OBJECT

public:
    EvolutionPanel(Workspace& workspace, const LiveSession& session, QWidget* parent = nullptr);

    void togglePlay();
    void jumpToLargestChange();
    [[nodiscard]] QSlider& slider() const { return *slider_; }

private:
    void refreshSlider();
    void slide(int value);
    void playOn();

    QToolButton* play_;
    QToolButton* jump_;
    QSlider* slider_;
    QLabel* step_;
    QTimer* pace_;
    bool refreshing_ = false;
};

} // namespace toeplab::widgets
