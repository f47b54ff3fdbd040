// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/help_dialogs.h"

#include "core/base/version.h"
#include "widgets/style/appearance.h"

#include <QtGui/QIcon>
#include <QtWidgets/QDialog>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QDialog* sheet(const QString& title, const QString& id, QWidget* parent)
{
    auto* dialog = new QDialog(parent);
    dialog->setWindowTitle(title);
    dialog->setObjectName(id);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return dialog;
}

void addClose(QDialog& dialog, QVBoxLayout& column)
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::close);
    column.addWidget(buttons);
}

[[nodiscard]] QLabel* titleLabel(const QString& text)
{
    auto* label = new QLabel(text);
    setTextRole(*label, TextRole::Title);
    return label;
}

} // namespace

void showExplanation(const QString& title, const QString& text, QWidget* parent)
{
    QDialog* const dialog = sheet(title, QStringLiteral("explanation"), parent);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(kSpace5, kSpace4, kSpace5, kSpace4);
    column->setSpacing(kSpace3);
    column->addWidget(titleLabel(title));
    auto* words = new QLabel(text);
    words->setWordWrap(true);
    words->setTextFormat(Qt::PlainText);
    words->setMinimumWidth(420);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(words);
    addClose(*dialog, *column);
    dialog->show();
}

void showKeyboardSheet(const std::vector<ShortcutGroup>& groups, QWidget* parent)
{
    QDialog* const dialog = sheet(QDialog::tr("Keyboard"), QStringLiteral("keyboard-sheet"), parent);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(kSpace5, kSpace4, kSpace5, kSpace4);
    column->setSpacing(kSpace4);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpace4);
    grid->setVerticalSpacing(kSpace1);
    int row = 0;
    int place = 0;
    const std::size_t half = (groups.size() + 1) / 2;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i == half) {
            row = 0;
            place = 3;
            grid->setColumnMinimumWidth(2, kSpace5);
        }
        grid->addWidget(titleLabel(groups[i].title), row++, place, 1, 2);
        for (const auto& [keys, meaning] : groups[i].keys) {
            auto* key_label = new QLabel(keys);
            setTextRole(*key_label, TextRole::Muted);
            grid->addWidget(key_label, row, place);
            grid->addWidget(new QLabel(meaning), row++, place + 1);
        }
        grid->setRowMinimumHeight(row++, kSpace3);
    }
    column->addLayout(grid);
    column->addStretch(1);
    addClose(*dialog, *column);
    dialog->show();
}

void showAbout(QWidget* parent)
{
    QDialog* const dialog = sheet(QDialog::tr("About Toeplab"), QStringLiteral("about"), parent);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(kSpace5, kSpace4, kSpace5, kSpace4);
    column->setSpacing(kSpace3);
    auto* picture = new QLabel;
    picture->setPixmap(QIcon(QStringLiteral(":/icons/toeplab.svg")).pixmap(64, 64));
    column->addWidget(picture);
    column->addWidget(titleLabel(QStringLiteral("Toeplab")));
    auto* words =
        new QLabel(QDialog::tr("A workbench for Toeplitz neural networks.\n%1\n\nThe window is GPL-3.0-or-later; "
                               "kernels, core and engine are Apache-2.0.\nBuilt on Qt, QCustomPlot, HDF5, LibTorch, "
                               "nlohmann-json, CLI11 and fmt.")
                       .arg(QString::fromStdString(core::buildInfo().text())));
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(words);
    addClose(*dialog, *column);
    dialog->show();
}

} // namespace toeplab::widgets
