// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel.h"

class QLabel;
class QSortFilterProxyModel;
class QTableView;

namespace toeplab::widgets
{

class LadderModel;
class LiveSession;
class Workspace;

/// The layer ladder: every layer a row, a click selects the layer everywhere.
class LadderPanel final : public Panel
{
    Q_OBJECT

public:
    LadderPanel(Workspace& workspace, const LiveSession& session, QWidget* parent = nullptr);

    [[nodiscard]] std::optional<FigureSpec> figure() const override;
    [[nodiscard]] QImage image() const override;
    [[nodiscard]] QTableView& table() const { return *table_; }
    [[nodiscard]] LadderModel& model() const { return *model_; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void setColumnWidths();
    void refreshRows();
    void showSelection();
    void select();

    Workspace& workspace_;
    const LiveSession& session_;
    LadderModel* model_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    QLabel* sentence_;
    bool selecting_ = false, narrow_ = false;
};

} // namespace toeplab::widgets
