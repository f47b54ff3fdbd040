// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/event_marks.h"

#include <array>
#include <cmath>

namespace toeplab::widgets
{

void EventMarks::setColors(const QColor& line, const QColor& text, const QColor& bad)
{
    line_ = line;
    text_ = text;
    bad_ = bad;
}

int EventMarks::markAt(double pixel_x, double reach) const
{
    int best = -1;
    double least = reach;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const double distance = std::abs(keyAxis()->coordToPixel(marks_[i].x) - pixel_x);
        if (distance <= least) {
            least = distance;
            best = static_cast<int>(i);
        }
    }
    return best;
}

QCPRange EventMarks::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = false;
    return {};
}

QCPRange EventMarks::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const
{
    found = false;
    return {};
}

std::vector<EventMarks::Label> EventMarks::labels() const
{
    const QRectF box = keyAxis()->axisRect()->rect();
    const QFontMetricsF metrics(font_);
    const double pad = metrics.averageCharWidth() * 0.8, line_height = metrics.height();
    std::array<double, 3> used{-1e300, -1e300, -1e300}; // right end of the last label in each line
    std::vector<Label> placed;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const EventMark& mark = marks_[i];
        if (mark.label.isEmpty() || (keyAxis()->scaleType() == QCPAxis::stLogarithmic && mark.x <= 0))
            continue;
        const double x = keyAxis()->coordToPixel(mark.x), width = metrics.horizontalAdvance(mark.label);
        if (x < box.left() || x > box.right())
            continue;
        // right of its line, or left of it at the end of the axis
        const double left = x + pad + width <= box.right() ? x + pad : x - pad - width;
        for (std::size_t line = 0; line < used.size() && left >= box.left(); ++line) {
            const double top = box.top() + double(line) * line_height;
            if (left < used[line] + pad || top + line_height > box.bottom())
                continue;
            used[line] = left + width;
            placed.push_back({QRectF(left, top, width, line_height), static_cast<int>(i)});
            break;
        }
    }
    return placed;
}

void EventMarks::draw(QCPPainter* painter)
{
    const QRectF box = keyAxis()->axisRect()->rect();
    painter->setAntialiasing(false);
    painter->setFont(font_);
    for (const EventMark& mark : marks_) {
        if (keyAxis()->scaleType() == QCPAxis::stLogarithmic && mark.x <= 0)
            continue;
        const double x = keyAxis()->coordToPixel(mark.x);
        if (x < box.left() || x > box.right())
            continue;
        painter->setPen(QPen(mark.bad ? bad_ : line_, pen().widthF(), Qt::DashLine));
        painter->drawLine(QLineF(x, box.top(), x, box.bottom()));
    }
    const double ascent = QFontMetricsF(font_).ascent();
    for (const Label& label : labels()) {
        const EventMark& mark = marks_[static_cast<std::size_t>(label.mark)];
        painter->setPen(mark.bad ? bad_ : text_);
        painter->drawText(label.box.topLeft() + QPointF(0, ascent), mark.label);
    }
}

} // namespace toeplab::widgets
