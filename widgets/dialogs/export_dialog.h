// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtWidgets/QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace toeplab::widgets
{

/// Where to, as what, and how large: a figure at its printed size in mm. Drawing happens in the background; the dialog
/// stays open until the file is there or says why not.
class ExportDialog final : public QDialog
{
    Q_OBJECT

public:
    /// `folder` is proposed for the file; `stem` its name without ending.
    ExportDialog(FigureSpec spec, const QString& folder, const QString& stem, QWidget* parent = nullptr);

    [[nodiscard]] FigureSpec spec() const;
    [[nodiscard]] QString path() const;

Q_SIGNALS:
    void exported(const QString& path);

private:
    void buildForm();
    void chooseVenue(int index);
    void chooseFormat();
    void browse();
    void refreshSize();
    void run();

    FigureSpec spec_;
    QLineEdit* path_;
    QComboBox* format_;
    QComboBox* venue_;
    QDoubleSpinBox* width_;
    QDoubleSpinBox* height_;
    QDoubleSpinBox* font_;
    QDoubleSpinBox* line_;
    QSpinBox* dpi_;
    QLineEdit* title_;
    QCheckBox* dark_;
    QCheckBox* legend_;
    QLabel* note_;
    QPushButton* export_;
};

} // namespace toeplab::widgets
