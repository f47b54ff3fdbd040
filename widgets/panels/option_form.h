// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_kinds.h"

#include <QtWidgets/QWidget>

class QFormLayout;

namespace toeplab::widgets
{

/// The options of a figure kind as a form: a box for yes and no, a choice, or a number, each with its meaning on hover.
class OptionForm final : public QWidget
{
    Q_OBJECT

public:
    explicit OptionForm(QWidget* parent = nullptr);

    /// Builds the fields of the spec's kind with the spec's values.
    void show(const FigureSpec& spec);

Q_SIGNALS:
    void changed(const std::string& key, const toeplab::widgets::OptionValue& value);

private:
    [[nodiscard]] QWidget* input(const FigureSpec& spec, const FigureOption& option);

    QFormLayout* form_;
};

} // namespace toeplab::widgets
