// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/field_input.h"

#include "widgets/style/appearance.h"

#include <QtCore/QSignalBlocker>
#include <QtGui/QPainter>
#include <QtGui/QWheelEvent>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>

namespace toeplab::widgets
{

namespace
{

/// A wheel over a form scrolls the form: it never changes a value that nobody looked at.
template <typename Base>
class NoWheel final : public Base
{
public:
    using Base::Base;

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

} // namespace

QString typedText(const nlohmann::json& value)
{
    if (value.is_string()) {
        return QString::fromStdString(value.get<std::string>());
    }
    if (value.is_number_float()) {
        return QString::number(value.get<double>(), 'g', QLocale::FloatingPointShortest);
    }
    return QString::fromStdString(value.dump());
}

UnitEdit::UnitEdit(const QString& unit, QWidget* parent) : QLineEdit(parent), unit_(unit)
{
    if (!unit.isEmpty()) {
        setTextMargins(0, 0, QFontMetrics(smallFont()).horizontalAdvance(unit) + kSpace1, 0);
    }
}

void UnitEdit::paintEvent(QPaintEvent* event)
{
    QLineEdit::paintEvent(event);
    if (!unit_.isEmpty()) {
        const Theme& colors = currentTheme();
        QPainter painter(this);
        painter.setFont(smallFont());
        painter.setPen(isEnabled() ? colors.muted : mix(colors.panel, colors.muted, 0.6));
        painter.drawText(rect().adjusted(0, 0, -6, 0), Qt::AlignRight | Qt::AlignVCenter, unit_);
    }
}

FieldInput::FieldInput(const core::Field& field, QWidget* parent) : QWidget(parent)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    if (field.type == core::Field::Type::Boolean) {
        auto* box = new QCheckBox;
        connect(box, &QCheckBox::toggled, this,
                [this](bool on) { Q_EMIT entered(on ? QStringLiteral("true") : QStringLiteral("false")); });
        widget_ = box;
    } else if (!field.choices.empty()) {
        auto* box = new NoWheel<QComboBox>;
        for (const std::string& choice : field.choices) {
            box->addItem(QString::fromStdString(choice));
        }
        box->setFocusPolicy(Qt::StrongFocus);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
        connect(box, &QComboBox::textActivated, this, &FieldInput::entered);
        widget_ = box;
    } else {
        auto* edit = new UnitEdit(QString::fromStdString(field.unit));
        edit->setMinimumWidth(64);
        connect(edit, &QLineEdit::textEdited, this, &FieldInput::entered);
        widget_ = edit;
    }
    widget_->setObjectName(QStringLiteral("field-") + QString::fromStdString(field.key));
    widget_->setAccessibleName(QString::fromStdString(field.label));
    widget_->setAccessibleDescription(QString::fromStdString(field.meaning));
    row->addWidget(widget_);
    setFocusProxy(widget_);
}

void FieldInput::setValue(const nlohmann::json& value)
{
    const QSignalBlocker silent(widget_);
    if (auto* box = qobject_cast<QCheckBox*>(widget_)) {
        box->setChecked(value.is_boolean() && value.get<bool>());
    } else if (auto* choice = qobject_cast<QComboBox*>(widget_)) {
        choice->setCurrentText(typedText(value));
    } else if (auto* edit = qobject_cast<QLineEdit*>(widget_)) {
        const QString text = typedText(value);
        if (edit->text() != text) {
            edit->setText(text);
            edit->setCursorPosition(0);
        }
    }
}

void FieldInput::enter(const QString& text)
{
    if (auto* box = qobject_cast<QCheckBox*>(widget_)) {
        box->setChecked(text == QLatin1String("true"));
    } else if (auto* choice = qobject_cast<QComboBox*>(widget_)) {
        choice->setCurrentText(text);
        Q_EMIT entered(text);
    } else if (auto* edit = qobject_cast<QLineEdit*>(widget_)) {
        edit->setText(text);
        Q_EMIT entered(text);
    }
}

void FieldInput::setInvalid(bool invalid)
{
    widget_->setProperty("invalid", invalid);
    widget_->update();
}

} // namespace toeplab::widgets
