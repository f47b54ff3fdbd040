// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtWidgets/QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace toeplab::widgets
{

/// Where a figure goes and how it looks there: file, format, venue, size, text, lines, legend. It is written by a
/// process of its own, so that nothing waits for it.
class ExportForm final : public QWidget
{
    Q_OBJECT

public:
    ExportForm(FigureSpec spec, const QString& folder, const QString& stem, QWidget* parent = nullptr);

    /// Another figure: what it shows is taken from `spec`, size and looks stay as they were chosen.
    void setFigure(const FigureSpec& spec, const QString& stem);
    [[nodiscard]] FigureSpec spec() const;
    [[nodiscard]] QString path() const;
    void run();

Q_SIGNALS:
    void changed();
    void busyChanged(bool busy);
    void exported(const QString& path);

private:
    void buildForm();
    void addSize(QFormLayout& form);
    void addLooks(QFormLayout& form);
    void connectForm();
    void chooseVenue(int index);
    void chooseFormat();
    void browse();
    void refreshNote();

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
};

} // namespace toeplab::widgets
