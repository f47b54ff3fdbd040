// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtWidgets/QDialog>

namespace toeplab::widgets
{

class ExportForm;

/// Where a panel's figure goes and how it looks there, beside the page as it will be printed.
class ExportDialog final : public QDialog
{
    Q_OBJECT

public:
    ExportDialog(FigureSpec spec, const QString& folder, const QString& stem, QWidget* parent = nullptr);

    [[nodiscard]] FigureSpec spec() const;
    [[nodiscard]] QString path() const;

Q_SIGNALS:
    void exported(const QString& path);

private:
    ExportForm* form_;
};

} // namespace toeplab::widgets
