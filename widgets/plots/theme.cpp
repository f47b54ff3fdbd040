// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/theme.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

const Theme kLight{ThemeKind::Light,
                   QColor(0xF4, 0xF5, 0xF7),
                   QColor(0xFF, 0xFF, 0xFF),
                   QColor(0x1B, 0x1F, 0x24),
                   QColor(0x5B, 0x64, 0x70),
                   QColor(0x0B, 0x62, 0xC4),
                   QColor(0x1A, 0x7F, 0x37),
                   QColor(0x9A, 0x67, 0x00),
                   QColor(0xC6, 0x28, 0x28),
                   QColor(0xD9, 0xDC, 0xE1),
                   QColor(0xEC, 0xEE, 0xF1),
                   {QColor(0x00, 0x72, 0xB2), QColor(0xD5, 0x5E, 0x00), QColor(0x00, 0x9E, 0x73),
                    QColor(0xC2, 0x60, 0x8F), QColor(0xB3, 0x74, 0x00), QColor(0x2A, 0x8C, 0xC7),
                    QColor(0x5C, 0x4B, 0x9B), QColor(0x3B, 0x3B, 0x3B)}};

const Theme kDark{ThemeKind::Dark,
                  QColor(0x16, 0x18, 0x1C),
                  QColor(0x1E, 0x21, 0x26),
                  QColor(0xE6, 0xE8, 0xEB),
                  QColor(0x9A, 0xA3, 0xAE),
                  QColor(0x5A, 0xA9, 0xFF),
                  QColor(0x4A, 0xC2, 0x6B),
                  QColor(0xE3, 0xB3, 0x41),
                  QColor(0xFF, 0x7B, 0x72),
                  QColor(0x34, 0x39, 0x41),
                  QColor(0x2A, 0x2E, 0x35),
                  {QColor(0x4F, 0xA8, 0xE0), QColor(0xF0, 0x88, 0x3E), QColor(0x2C, 0xC2, 0x95),
                   QColor(0xE3, 0x9C, 0xC3), QColor(0xE6, 0xB4, 0x50), QColor(0x8C, 0xCB, 0xF2),
                   QColor(0xA9, 0x9B, 0xE6), QColor(0xD0, 0xD4, 0xDA)}};

/// Depth runs from blue-violet to warm red at nearly constant lightness: first and last are told apart at a glance and
/// every one keeps a contrast above 3 on its panel.
constexpr std::array<std::array<int, 3>, 5> kDepthLight{
    {{0x3B, 0x4C, 0xA8}, {0x1F, 0x7A, 0xA8}, {0x2B, 0x82, 0x5B}, {0xA0, 0x6A, 0x00}, {0xC2, 0x3B, 0x22}}};
constexpr std::array<std::array<int, 3>, 5> kDepthDark{
    {{0x8E, 0x9B, 0xF0}, {0x58, 0xB4, 0xDC}, {0x5C, 0xC5, 0x95}, {0xE0, 0xB0, 0x4A}, {0xF5, 0x82, 0x68}}};

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

/// Dash patterns in units of the pen's width; the first three curves are solid.
QPen dashed(QPen pen, int pattern)
{
    switch (pattern) {
    case 1:
        pen.setDashPattern({6, 2.5});
        break;
    case 2:
        pen.setDashPattern({2, 2});
        break;
    case 3:
        pen.setDashPattern({7, 2.5, 1.5, 2.5});
        break;
    case 4:
        pen.setDashPattern({4, 2, 1.2, 2, 1.2, 2});
        break;
    default:
        pen.setStyle(Qt::SolidLine);
    }
    return pen;
}

QPen plain(const QColor& color, double width)
{
    QPen pen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    pen.setCosmetic(false);
    return pen;
}

} // namespace

const Theme& theme(ThemeKind kind)
{
    return kind == ThemeKind::Light ? kLight : kDark;
}

QColor mix(const QColor& a, const QColor& b, double amount)
{
    const auto t = static_cast<float>(std::clamp(amount, 0.0, 1.0));
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * t, a.greenF() + (b.greenF() - a.greenF()) * t,
                            a.blueF() + (b.blueF() - a.blueF()) * t);
}

double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor runColor(const Theme& theme, int index)
{
    return theme.curves[static_cast<std::size_t>(std::max(index, 0)) % theme.curves.size()];
}

QPen curvePen(const Theme& theme, int index, double width)
{
    const int i = std::max(index, 0);
    const int pattern = i < 3 ? 0 : 1 + (i - 3) % 4;
    return dashed(plain(runColor(theme, i), width), pattern);
}

QColor layerColor(const Theme& theme, int layer, int layers)
{
    const auto& stops = theme.kind == ThemeKind::Light ? kDepthLight : kDepthDark;
    const double depth = layers <= 1 ? 0 : std::clamp(double(layer - 1) / (layers - 1), 0.0, 1.0);
    const double place = depth * (stops.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const auto color = [&](std::size_t k) { return QColor(stops[k][0], stops[k][1], stops[k][2]); };
    return mix(color(i), color(i + 1), place - double(i));
}

QPen layerPen(const Theme& theme, int layer, int layers, double width)
{
    return dashed(plain(layerColor(theme, layer, layers), width), layers <= 3 ? 0 : (std::max(layer, 1) - 1) % 3);
}

} // namespace toeplab::widgets
