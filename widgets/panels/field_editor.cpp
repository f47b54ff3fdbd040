// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/field_editor.h"

#include "widgets/panels/field_input.h"
#include "widgets/style/appearance.h"

#include <QtWidgets/QGridLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>

namespace toeplab::widgets
{

namespace
{

constexpr int kLabelWidth = 124;

[[nodiscard]] QString qt(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

QString hoverText(const core::Field& field)
{
    const QString unit = field.unit.empty() ? QString() : QLatin1Char(' ') + qt(field.unit);
    return QStringLiteral(
               "<p style='white-space:pre-wrap; max-width:320px'><b>%1</b>: %2</p><p>%3%4 &nbsp; <code>%5</code></p>")
        .arg(qt(field.label).toHtmlEscaped(), qt(field.meaning).toHtmlEscaped(), qt(field.range()).toHtmlEscaped(),
             unit, qt(field.key));
}

FieldEditor::FieldEditor(const core::Field& field, QWidget* parent)
    : QWidget(parent), field_(field), label_(new QLabel(qt(field.label))), input_(new FieldInput(field)),
      sentence_(new QLabel)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace2);
    grid->setVerticalSpacing(2);
    label_->setFixedWidth(kLabelWidth);
    label_->setWordWrap(true);
    label_->setBuddy(&input_->widget());
    sentence_->setWordWrap(true);
    setTextRole(*sentence_, TextRole::Bad);
    sentence_->hide();
    grid->addWidget(label_, 0, 0);
    grid->addWidget(input_, 0, 1);
    grid->addWidget(sentence_, 1, 0, 1, 2);
    grid->setColumnStretch(1, 1);
    setToolTip(hoverText(field));

    connect(input_, &FieldInput::entered, this, &FieldEditor::take);
    label_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(label_, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        QMenu menu;
        menu.addAction(tr("Back to the preset's value"), this, &FieldEditor::resetWanted);
        menu.exec(label_->mapToGlobal(place));
    });
}

void FieldEditor::take(const QString& text)
{
    const auto value = field_.parse(text.trimmed().toStdString());
    if (value) {
        Q_EMIT edited(*value);
    } else {
        Q_EMIT refused(qt(value.error().message));
    }
}

void FieldEditor::show(const core::Experiment& experiment)
{
    const bool typing = input_->widget().hasFocus();
    if (!typing || problem_.isEmpty()) {
        const auto typed = qobject_cast<const QLineEdit*>(&input_->widget());
        const auto value = field_.get(experiment);
        const auto shown =
            typed ? field_.parse(typed->text().trimmed().toStdString()) : core::Result<nlohmann::json>(nullptr);
        if (typed == nullptr || !shown || *shown != value) {
            input_->setValue(value);
        }
    }
    const bool applies = field_.applies(experiment);
    input_->setEnabled(applies);
    label_->setEnabled(applies);
}

void FieldEditor::compare(const core::Experiment& base, const core::Experiment& experiment)
{
    const nlohmann::json before = field_.get(base);
    const bool differs = before != field_.get(experiment);
    QFont font = label_->font();
    if (font.bold() != differs) {
        font.setBold(differs);
        label_->setFont(font);
    }
    setToolTip(hoverText(field_) +
               (differs ? tr("<p>Changed; it was <b>%1</b>.</p>").arg(typedText(before)) : QString()));
}

void FieldEditor::setProblem(const QString& sentence)
{
    if (problem_ == sentence) {
        return;
    }
    problem_ = sentence;
    input_->setInvalid(!sentence.isEmpty());
    sentence_->setText(sentence);
    sentence_->setVisible(!sentence.isEmpty());
}

void FieldEditor::enter(const QString& text)
{
    input_->enter(text);
}

} // namespace toeplab::widgets
