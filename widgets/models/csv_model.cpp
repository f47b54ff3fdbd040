// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/csv_model.h"

#include "widgets/plots/number_format.h"

#include <QtCore/QFile>

namespace toeplab::widgets
{

namespace
{

/// One line's cells; a quoted cell may hold commas and doubled quotes.
[[nodiscard]] QStringList cellsOf(const QString& line)
{
    QStringList cells{QString()};
    bool quoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line[i];
        if (quoted && c == QLatin1Char('"') && i + 1 < line.size() && line[i + 1] == c) {
            cells.back() += c;
            ++i;
        } else if (c == QLatin1Char('"')) {
            quoted = !quoted;
        } else if (c == QLatin1Char(',') && !quoted) {
            cells.append(QString());
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

constexpr int kDigits = 6;

} // namespace

core::Result<CsvTable> readCsv(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text)) {
        return core::fail("{} could not be read: {}.", path.toStdString(), file.errorString().toStdString());
    }
    CsvTable table;
    while (!file.atEnd()) {
        QString line = QString::fromUtf8(file.readLine());
        line.chop(line.endsWith(QLatin1Char('\n')) ? 1 : 0);
        if (line.isEmpty() || line.startsWith(QLatin1Char('#'))) {
            continue;
        }
        if (table.header.isEmpty()) {
            table.header = cellsOf(line);
        } else {
            table.rows.push_back(cellsOf(line));
        }
    }
    return table;
}

void CsvModel::setTable(CsvTable table)
{
    beginResetModel();
    table_ = std::move(table);
    endResetModel();
}

int CsvModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(table_.rows.size());
}

int CsvModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(table_.header.size());
}

QVariant CsvModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const QStringList& row = table_.rows[std::size_t(index.row())];
    const QString cell = index.column() < row.size() ? row[index.column()] : QString();
    bool is_number = false;
    const double number = cell.toDouble(&is_number);
    switch (role) {
    case Qt::TextAlignmentRole:
        return int((is_number || cell.isEmpty() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::DisplayRole: // to be read; a copy and the hover have every digit
        return is_number && cell.size() > kDigits + 2 ? formatShortest(number, kDigits) : cell;
    case Qt::ToolTipRole:
        return cell;
    default:
        return {};
    }
}

QVariant CsvModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole && orientation == Qt::Horizontal && !table_.rows.empty()) {
        return data(index(0, section), role); // over its column
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    if (orientation == Qt::Vertical) {
        return section + 1;
    }
    return section < table_.header.size() ? QVariant(table_.header[section]) : QVariant();
}

} // namespace toeplab::widgets
