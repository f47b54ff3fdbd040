// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtWidgets/QDialog>

class QLabel;
class QTableView;
class QTemporaryDir;

namespace toeplab::widgets
{

class Background;
class CsvModel;

/// The numbers of a figure as a table: what its CSV export holds, all of it.
class TableDialog final : public QDialog
{
    Q_OBJECT

public:
    TableDialog(const FigureSpec& spec, const QString& title, Background& background, QWidget* parent = nullptr);
    ~TableDialog() override;

    [[nodiscard]] QTableView& table() const { return *table_; }

private:
    void copyAll();

    std::unique_ptr<QTemporaryDir> folder_;
    CsvModel* model_;
    QTableView* table_;
    QLabel* note_;
};

} // namespace toeplab::widgets
