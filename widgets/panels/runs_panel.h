// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel.h"

class QLabel;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;

namespace toeplab::widgets
{

class RunsModel;
class Workspace;

/// The list of runs with their true states; a click opens one in every panel.
class RunsPanel final : public Panel
{
    Q_OBJECT

public:
    RunsPanel(RunsModel& runs, Workspace& workspace, QWidget* parent = nullptr);

    void fillMenu(QMenu& menu) override;
    [[nodiscard]] QListView& list() const { return *list_; }
    [[nodiscard]] QSize sizeHint() const override { return {220, 400}; }

Q_SIGNALS:
    void openFileWanted();

private:
    void openSelected();
    void showCurrent();
    void showSentence();

    RunsModel& runs_;
    Workspace& workspace_;
    QSortFilterProxyModel* filtered_;
    QLineEdit* filter_;
    QListView* list_;
    QLabel* sentence_;
    bool selecting_ = false;
};

} // namespace toeplab::widgets
