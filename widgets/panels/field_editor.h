// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/fields.h"

#include <QtWidgets/QWidget>

class QLabel;

namespace toeplab::widgets
{

class FieldInput;

/// One setting of an experiment in the form: label, input of its type, and the sentence under it while its value cannot
/// be used. Meaning, unit, range and key are on hover.
class FieldEditor final : public QWidget
{
    Q_OBJECT

public:
    explicit FieldEditor(const core::Field& field, QWidget* parent = nullptr);

    [[nodiscard]] const core::Field& field() const { return field_; }
    /// Shows the experiment's value and whether the setting applies. Text being typed is left alone.
    void show(const core::Experiment& experiment);
    /// Shows whether the value differs from what it was started from.
    void compare(const core::Experiment& base, const core::Experiment& experiment);
    /// The sentence of a problem with this value; empty: none.
    void setProblem(const QString& sentence);
    [[nodiscard]] const QString& problem() const { return problem_; }
    /// Types and confirms, as a person does.
    void enter(const QString& text);

Q_SIGNALS:
    void edited(const nlohmann::json& value);
    /// What was typed is no value of this setting: the sentence.
    void refused(const QString& sentence);
    void resetWanted();

private:
    void take(const QString& text);

    const core::Field& field_;
    QLabel* label_;
    FieldInput* input_;
    QLabel* sentence_;
    QString problem_;
};

/// "Rank: inducing points of the low-rank branch.\n1 to 4,096 positions. mixer.rank"
[[nodiscard]] QString hoverText(const core::Field& field);

} // namespace toeplab::widgets
