// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/qcp.h"

namespace toeplab::widgets
{

/// A plottable that is an image of the axis rectangle, made anew for each range and size, pixel by pixel of the device:
/// nothing is ever scaled. The image is kept until range, size or data change. On vector devices it has
/// `setVectorScale` pixels for each painter unit.
class RasterPlottable : public QCPAbstractPlottable
{
public:
    RasterPlottable(QCPAxis* key_axis, QCPAxis* value_axis) : QCPAbstractPlottable(key_axis, value_axis) {}

    void setVectorScale(double pixels_per_unit) { vector_scale_ = pixels_per_unit; }
    /// The rectangle of the image and the coordinates at its edges: pixel (0, 0) begins at key_left, value_top.
    struct View {
        double key_left = 0, key_right = 1, value_top = 0, value_bottom = 1;
        bool operator==(const View&) const = default;
    };
    [[nodiscard]] View view() const;
    [[nodiscard]] QPointF coordsAt(const QPointF& pixel) const; ///< key and value under a pixel of the plot
    [[nodiscard]] QImage render(const QSize& size) const;       ///< the present view at this size

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

protected:
    /// Fills the image (Format_ARGB32_Premultiplied), transparent where there is nothing.
    virtual void fill(QImage& image, const View& view) const = 0;
    void invalidate() { cache_ = QImage(); }

    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    double vector_scale_ = 1;
    QImage cache_;
    View cached_view_;
};

} // namespace toeplab::widgets
