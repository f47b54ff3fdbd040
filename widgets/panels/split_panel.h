// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/figure_panel.h"

#include <functional>

class QSlider;
class QSpinBox;

namespace toeplab::widgets
{

/// A whole number that is set by a slider, on which each place is a factor, or by the field behind it.
class SlidingNumber final : public QWidget
{
public:
    SlidingNumber(const QString& label, const QString& hover, const QString& id, std::function<void(int)> changed);

    /// Neither calls `changed`.
    void setRange(int lowest, int highest);
    void setValue(int value);
    [[nodiscard]] QSpinBox& field() const { return *field_; }
    [[nodiscard]] QSlider& slider() const { return *slider_; }

private:
    void follow(int value);

    QSlider* slider_;
    QSpinBox* field_;
};

/// The chosen layer's kernel taken apart as SKI has it, with the band's width and the rank to move. A run of SKI's
/// starts with its own band and rank.
class SplitPanel final : public FigurePanel
{
    Q_OBJECT

public:
    /// kind: a figure with the options "band" and "rank".
    SplitPanel(PanelText text, const std::string& kind, Workspace& workspace, const LiveSession& session,
               QWidget* parent = nullptr);

    [[nodiscard]] SlidingNumber& band() const { return *band_; }
    [[nodiscard]] SlidingNumber& rank() const { return *rank_; }
    /// As another panel has them.
    void setParts(int band, int rank);

Q_SIGNALS:
    void partsChanged(int band, int rank);

protected:
    void optionsChanged() override;

private:
    void takeRun();
    void fitRanges();
    void setPart(const std::string& key, int value);

    SlidingNumber* band_;
    SlidingNumber* rank_;
    QString taken_; ///< path of the run whose band and rank were taken
};

} // namespace toeplab::widgets
