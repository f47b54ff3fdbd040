// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_parts.h"
#include "widgets/figures/split_profile.h"

namespace toeplab::widgets
{

/// A figure of SKI's parts: the chosen kernel over lags with what the parts make of it, and under it, unless the view
/// is compact, what they leave, on a lag axis that follows.
class PartsFigure : public Figure
{
public:
    bool hasData(const FigureSpec& spec, const FigureData& data) const final;
    bool setData(const FigureData& data, QDeadlineTimer deadline) final;
    std::optional<Readout> readout(const QPointF& pixel) const final;
    std::vector<NamedRange> coupled(const std::string& axis) const final;

protected:
    /// label: of the value axis below; upper: the upper plot's height, the lower one's being 1.
    PartsFigure(const QString& label, double upper) : under_label_(label), upper_(upper) {}

    void build() final;
    /// Makes the curves from back to front, kernel_ among them.
    virtual void addCurves(QCPAxis* x, QCPAxis* y) = 0;
    /// Makes what is drawn below; not called in a compact view.
    virtual void addUnder(QCPAxis* x, QCPAxis* y) = 0;
    /// Fills all but kernel_ from profile(), which is not empty, and sets the extents of "y" and, where it is, "y2".
    /// span: the lags shown; pen: the layer's.
    virtual void fill(const std::array<double, 2>& span, const QPen& pen) = 0;
    /// What stands in the legend behind the kernel.
    virtual void describe(QCPLegend* legend) const = 0;
    /// Adds rows, the status and marks for the lag at this place of the profile's vectors.
    virtual void read(Readout& readout, std::size_t i) const = 0;

    [[nodiscard]] const SplitProfile& profile() const { return profile_; }

    Curve* kernel_ = nullptr;

private:
    QString under_label_;
    double upper_;
    SplitProfile profile_;
    QCPAxisRect *rect_ = nullptr, *under_ = nullptr;
    QCPLegend* legend_ = nullptr;
};

} // namespace toeplab::widgets
