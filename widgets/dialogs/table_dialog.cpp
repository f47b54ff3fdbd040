// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/table_dialog.h"

#include "widgets/engine_client/background.h"
#include "widgets/engine_client/figure_job.h"
#include "widgets/models/csv_model.h"
#include "widgets/models/format.h"
#include "widgets/style/appearance.h"

#include <nlohmann/json.hpp>

#include <QtCore/QTemporaryDir>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableView>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

TableDialog::TableDialog(const FigureSpec& spec, const QString& title, Background& background, QWidget* parent)
    : QDialog(parent), folder_(std::make_unique<QTemporaryDir>()), model_(new CsvModel(this)), table_(new QTableView),
      note_(new QLabel(tr("Collecting the numbers…")))
{
    setWindowTitle(tr("%1: table").arg(title));
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("table-dialog"));
    table_->setModel(model_);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->verticalHeader()->setDefaultSectionSize(24);
    table_->horizontalHeader()->setMinimumSectionSize(72);
    table_->horizontalHeader()->setResizeContentsPrecision(200); // rows looked at for the width
    setTextRole(*note_, TextRole::Muted);
    note_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* copy = buttons->addButton(tr("Copy all"), QDialogButtonBox::ActionRole);
    auto* column = new QVBoxLayout(this);
    column->addWidget(table_, 1);
    column->addWidget(note_);
    column->addWidget(buttons);
    resize(760, 520);
    connect(copy, &QPushButton::clicked, this, &TableDialog::copyAll);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);

    const auto say = [this](const core::Error& error) {
        setTextRole(*note_, TextRole::Bad);
        note_->setText(QString::fromStdString(error.message));
    };
    FigureJob::start(QByteArray::fromStdString(toJson(spec).dump()), folder_->filePath(QStringLiteral("table.csv")),
                     false, this, [this, say, &background](const core::Result<QString>& written) {
                         if (!written) {
                             say(written.error());
                             return;
                         }
                         background.run(
                             Background::Lane::Other, this, {}, [path = *written] { return readCsv(path); },
                             [this, say](core::Result<CsvTable> table) {
                                 if (!table) {
                                     say(table.error());
                                     return;
                                 }
                                 note_->setText(tr("%1 rows.").arg(format::steps(std::int64_t(table->rows.size()))));
                                 model_->setTable(std::move(*table));
                                 table_->resizeColumnsToContents();
                             });
                     });
}

TableDialog::~TableDialog() = default;

void TableDialog::copyAll()
{
    QStringList lines{model_->table().header.join(QLatin1Char('\t'))};
    for (const QStringList& row : model_->table().rows) {
        lines.append(row.join(QLatin1Char('\t')));
    }
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

} // namespace toeplab::widgets
