// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/raster_plottable.h"

namespace toeplab::widgets
{

RasterPlottable::View RasterPlottable::view() const
{
    const QCPRange key = keyAxis()->range(), value = valueAxis()->range();
    const bool key_flipped = keyAxis()->rangeReversed(), value_flipped = valueAxis()->rangeReversed();
    return {key_flipped ? key.upper : key.lower, key_flipped ? key.lower : key.upper,
            value_flipped ? value.lower : value.upper, value_flipped ? value.upper : value.lower};
}

QPointF RasterPlottable::coordsAt(const QPointF& pixel) const
{
    const QRectF rect = keyAxis()->axisRect()->rect();
    const View now = view();
    const double x = (pixel.x() - rect.left()) / rect.width(), y = (pixel.y() - rect.top()) / rect.height();
    return {now.key_left + (now.key_right - now.key_left) * x, now.value_top + (now.value_bottom - now.value_top) * y};
}

QImage RasterPlottable::render(const QSize& size) const
{
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    fill(image, view());
    return image;
}

QCPRange RasterPlottable::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = false;
    return {};
}

QCPRange RasterPlottable::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const
{
    found = false;
    return {};
}

void RasterPlottable::draw(QCPPainter* painter)
{
    const QRect rect = keyAxis()->axisRect()->rect();
    if (rect.width() < 1 || rect.height() < 1)
        return;
    const bool vector = painter->modes().testFlag(QCPPainter::pmVectorized);
    const double scale = vector ? vector_scale_ : painter->device()->devicePixelRatioF();
    const QSize size(qMax(1, qRound(rect.width() * scale)), qMax(1, qRound(rect.height() * scale)));
    if (cache_.size() != size || !(cached_view_ == view())) {
        cache_ = render(size);
        cached_view_ = view();
    }
    painter->save();
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter->drawImage(QRectF(rect), cache_);
    painter->restore();
}

} // namespace toeplab::widgets
