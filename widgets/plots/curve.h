// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/qcp.h"

#include <optional>
#include <vector>

namespace toeplab::widgets
{

enum class Marker { None, Circle, Square, Diamond };

/// y over x, x ascending. Every point counts: where several fall into one pixel column, first, smallest, largest and
/// last of them are drawn. A point that is no number breaks the line. Everything drawn lies inside the axis rectangle.
class Curve : public QCPAbstractPlottable
{
public:
    Curve(QCPAxis* x_axis, QCPAxis* y_axis) : QCPAbstractPlottable(x_axis, y_axis) {}

    void setData(std::vector<double> x, std::vector<double> y);
    void append(double x, double y); ///< x not below the last
    void clear();
    [[nodiscard]] const std::vector<double>& x() const { return x_; }
    [[nodiscard]] const std::vector<double>& y() const { return y_; }

    void setMarker(Marker marker, double size); ///< size in px, the marker's width
    void setLineVisible(bool visible) { line_visible_ = visible; }
    void setStems(bool stems) { stems_ = stems; } ///< a vertical line from zero to each point

    /// The point nearest in x to a coordinate; nothing when empty.
    [[nodiscard]] std::optional<std::size_t> nearest(double x) const;
    /// Points (of the thinned line on screen) in a rectangle of the plot, for placing legends.
    [[nodiscard]] int pointsIn(const QRectF& box) const;
    [[nodiscard]] QPointF pixelOf(std::size_t point) const;

    double selectTest(const QPointF& position, bool only_selectable, QVariant* details) const override;
    QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& key_range) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter* painter, const QRectF& box) const override;

private:
    struct Slice {
        std::size_t begin = 0, end = 0; ///< [begin, end): what is visible and a neighbour on each side
    };
    [[nodiscard]] Slice slice() const;
    [[nodiscard]] QPointF toPixel(double x, double y) const; ///< NaN where a logarithmic axis has no place for it
    void drawMarker(QCPPainter* painter, const QPointF& centre) const;

    std::vector<double> x_, y_;
    Marker marker_ = Marker::None;
    double marker_size_ = 5;
    bool line_visible_ = true, stems_ = false;
};

} // namespace toeplab::widgets
