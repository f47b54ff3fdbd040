// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/fields.h"

#include <QtWidgets/QLineEdit>
#include <QtWidgets/QWidget>

namespace toeplab::widgets
{

/// A line edit with its unit in muted letters at the right end.
class UnitEdit final : public QLineEdit
{
    Q_OBJECT

public:
    explicit UnitEdit(const QString& unit, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString unit_;
};

/// The input that fits a field's type: check box, choice, or line edit.
class FieldInput final : public QWidget
{
    Q_OBJECT

public:
    explicit FieldInput(const core::Field& field, QWidget* parent = nullptr);

    void setValue(const nlohmann::json& value);
    void enter(const QString& text);
    void setInvalid(bool invalid);
    [[nodiscard]] QWidget& widget() const { return *widget_; }

Q_SIGNALS:
    /// As a person would type it: "true", "tno", "0.0005".
    void entered(const QString& text);

private:
    QWidget* widget_;
};

/// A value as it is typed: 0.0005, not 5.0000000000000001e-04.
[[nodiscard]] QString typedText(const nlohmann::json& value);

} // namespace toeplab::widgets
