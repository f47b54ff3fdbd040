// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/export_dialog.h"

#include "widgets/dialogs/export_form.h"
#include "widgets/dialogs/figure_preview.h"
#include "widgets/style/appearance.h"

#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>

namespace toeplab::widgets
{

ExportDialog::ExportDialog(FigureSpec figure, const QString& folder, const QString& stem, QWidget* parent)
    : QDialog(parent), form_(new ExportForm(std::move(figure), folder, stem))
{
    setWindowTitle(tr("Export figure"));
    setObjectName(QStringLiteral("export-dialog"));
    auto* preview = new FigurePreview;
    auto* run = new QPushButton(tr("Export"));
    run->setObjectName(QStringLiteral("export-run"));
    run->setProperty("primary", true);
    run->setDefault(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->addButton(run, QDialogButtonBox::AcceptRole);
    auto* left = new QVBoxLayout;
    left->addWidget(form_);
    left->addStretch(1);
    left->addWidget(buttons);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    row->setSpacing(kSpace4);
    row->addLayout(left, 1);
    row->addWidget(preview, 1);
    resize(980, 460);
    preview->setSpec(spec());

    connect(form_, &ExportForm::changed, preview, [this, preview] { preview->setSpec(spec()); });
    connect(form_, &ExportForm::busyChanged, run, [run](bool busy) { run->setEnabled(!busy); });
    connect(form_, &ExportForm::exported, this, [this](const QString& path) {
        Q_EMIT exported(path);
        accept();
    });
    connect(run, &QPushButton::clicked, form_, &ExportForm::run);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

FigureSpec ExportDialog::spec() const
{
    return form_->spec();
}

QString ExportDialog::path() const
{
    return form_->path();
}

} // namespace toeplab::widgets
