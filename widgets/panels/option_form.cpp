// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/option_form.h"

#include "widgets/style/appearance.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QLabel>

namespace toeplab::widgets
{

OptionForm::OptionForm(QWidget* parent) : QWidget(parent), form_(new QFormLayout(this))
{
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(kSpace3);
    form_->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
}

void OptionForm::show(const FigureSpec& spec)
{
    while (form_->rowCount() > 0) {
        form_->removeRow(0);
    }
    for (const FigureOption& option : findKind(spec.kind)->options) {
        QWidget* const made = input(spec, option);
        made->setToolTip(QString::fromStdString(option.meaning));
        made->setAccessibleName(QString::fromStdString(option.label));
        made->setObjectName(QStringLiteral("option-") + QString::fromStdString(option.key));
        const bool says_itself = std::holds_alternative<bool>(option.fallback);
        auto* label = new QLabel(says_itself ? QString() : QString::fromStdString(option.label));
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        label->setFixedWidth(kFormLabelWidth);
        form_->addRow(label, made);
    }
}

QWidget* OptionForm::input(const FigureSpec& spec, const FigureOption& option)
{
    if (std::holds_alternative<bool>(option.fallback)) {
        auto* box = new QCheckBox(QString::fromStdString(option.label));
        box->setChecked(spec.flag(option.key));
        connect(box, &QCheckBox::toggled, this, [this, key = option.key](bool on) { Q_EMIT changed(key, on); });
        return box;
    }
    if (!option.choices.empty()) {
        auto* box = new QComboBox;
        for (const std::string& choice : option.choices) {
            box->addItem(QString::fromStdString(choice));
        }
        box->setCurrentText(QString::fromStdString(spec.text(option.key)));
        connect(box, &QComboBox::textActivated, this,
                [this, key = option.key](const QString& text) { Q_EMIT changed(key, text.toStdString()); });
        return box;
    }
    auto* box = new QDoubleSpinBox;
    box->setDecimals(4);
    box->setRange(option.lowest, option.highest);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setSpecialValueText(QString::fromStdString(option.zero)); // shown at the lowest value, which is 0
    box->setValue(spec.number(option.key));
    connect(box, &QDoubleSpinBox::valueChanged, this,
            [this, key = option.key](double value) { Q_EMIT changed(key, value); });
    return box;
}

} // namespace toeplab::widgets
