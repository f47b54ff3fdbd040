// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QStringList>

#include <vector>

namespace toeplab::widgets
{

/// Rows of a CSV file as text; lines that begin with # are comments.
struct CsvTable {
    QStringList header;
    std::vector<QStringList> rows;
};
/// Blocks on the disk: for a background job.
[[nodiscard]] core::Result<CsvTable> readCsv(const QString& path);

class CsvModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(CsvTable table);
    [[nodiscard]] const CsvTable& table() const { return table_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    CsvTable table_;
};

} // namespace toeplab::widgets
