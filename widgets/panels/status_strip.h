// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QComboBox;
class QLabel;
class QTimer;

namespace toeplab::widgets
{

class ElidedLabel;
class LiveSession;
class Workspace;

/// The line at the bottom: what is looked at (layer, channel, step, crosshair) on the left; on the right how fast the
/// run goes, when it will end, what it takes, and how the engine is.
class StatusStrip final : public QWidget
{
    Q_OBJECT

public:
    StatusStrip(LiveSession& session, Workspace& workspace, QWidget* parent = nullptr);

private:
    void refreshChoice();
    void refreshEngine();

    LiveSession& session_;
    Workspace& workspace_;
    QLabel* choice_;
    ElidedLabel* readout_;
    QLabel* speed_;
    QLabel* eta_;
    QLabel* memory_;
    QLabel* device_;
    QLabel* engine_;
    QTimer* each_second_;
};

} // namespace toeplab::widgets
