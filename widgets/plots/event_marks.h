// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/qcp.h"

#include <vector>

namespace toeplab::widgets
{

/// What was done at a place on the x axis: a hair line over the plot's height with a short label at its top. Labels
/// that would touch move to a second and third line; where even these are full the line stands alone.
struct EventMark {
    double x = 0;
    QString label;
    bool bad = false;  ///< something went wrong there
    QString text = {}; ///< in full, for read-outs
};

class EventMarks final : public QCPAbstractPlottable
{
public:
    EventMarks(QCPAxis* x_axis, QCPAxis* y_axis) : QCPAbstractPlottable(x_axis, y_axis) {}

    void setMarks(std::vector<EventMark> marks) { marks_ = std::move(marks); } ///< ascending x
    void setFont(const QFont& font) { font_ = font; }
    void setColors(const QColor& line, const QColor& text, const QColor& bad);
    [[nodiscard]] const std::vector<EventMark>& marks() const { return marks_; }
    /// Index of the mark within `reach` pixels; -1: none.
    [[nodiscard]] int markAt(double pixel_x, double reach) const;

    struct Label {
        QRectF box;
        int mark = 0;
    };
    /// Where labels stand, in pixels of the plot.
    [[nodiscard]] std::vector<Label> labels() const;

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    std::vector<EventMark> marks_;
    QFont font_;
    QColor line_, text_, bad_;
};

} // namespace toeplab::widgets
