// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/theme.h"

#include <QtGui/QRgb>

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace toeplab::widgets
{

/// Colours over 0..1 as a table of opaque QRgb. Names: viridis, cividis, magma (magnitudes), phase (cyclic).
class ColorMap
{
public:
    static constexpr int kSize = 1025; ///< odd: the middle of a diverging map is one entry

    /// Interpolated in OKLab (Ottosson 2020), so that equal steps look equal.
    explicit ColorMap(const std::vector<QColor>& stops);
    [[nodiscard]] static const ColorMap& named(const std::string& name); ///< an unknown name: viridis
    [[nodiscard]] static std::vector<std::string> names();
    /// Signed values: blue below, the panel's own colour at zero, red above.
    [[nodiscard]] static const ColorMap& diverging(ThemeKind kind);

    [[nodiscard]] QRgb at(double place) const { return table_[index(place)]; } ///< 0..1, clamped
    /// For -limit..limit on a diverging map. Infinity (a value that is no number) takes `problem`.
    [[nodiscard]] QRgb signedAt(float value, float inverse_limit) const
    {
        if (std::isinf(value))
            return problem_;
        const float place = value * inverse_limit;
        constexpr float kHalf = (kSize - 1) / 2;
        const float at = place * kHalf + (kHalf + 0.5F);
        const int i = static_cast<int>(at < 0 ? 0.0F : (at > float(kSize - 1) ? float(kSize - 1) : at));
        return table_[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] const std::array<QRgb, kSize>& table() const { return table_; }

private:
    [[nodiscard]] static std::size_t index(double place)
    {
        const double i = place * (kSize - 1) + 0.5;
        return static_cast<std::size_t>(i < 0 ? 0 : (i > kSize - 1 ? kSize - 1 : i));
    }
    std::array<QRgb, kSize> table_{};
    QRgb problem_ = qRgb(0xE0, 0xB0, 0x00);
};

} // namespace toeplab::widgets
