// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

#include <functional>
#include <vector>

namespace toeplab::widgets
{

/// Where labels go on an axis, as plain arithmetic: positions, texts and minor ticks for a range and a length. At most
/// seven labels; fewer where they would come closer than `gap`; always steps a reader can divide in the head.

struct TickSet {
    std::vector<double> ticks;
    std::vector<QString> labels; ///< one for each tick
    std::vector<double> minor;
};

struct TickSpace {
    double length = 300;                          ///< of the axis, px
    double gap = 10;                              ///< least distance between labels, px
    std::function<double(const QString&)> extent; ///< of a label along the axis, px
    int most = 7;                                 ///< labels
};

/// Steps of 1, 2, 2.5 or 5 times a power of ten; integers only: steps of at least one.
[[nodiscard]] TickSet linearTicks(double lower, double upper, bool integers, const TickSpace& space);
/// lower > 0. Decades, their 2 and 5 where there is room, linear steps within one decade.
[[nodiscard]] TickSet logTicks(double lower, double upper, const TickSpace& space);
/// Positions are asinh(v / turn), labels are v: zero, and decades of v on both sides.
[[nodiscard]] TickSet asinhTicks(double lower, double upper, double turn, const TickSpace& space);
/// Multiples of π: 0, π/4, π/2, ...; plain numbers when zoomed in.
[[nodiscard]] TickSet piTicks(double lower, double upper, const TickSpace& space);
/// Seconds, labelled 30 s, 5 min, 2 h.
[[nodiscard]] TickSet timeTicks(double lower, double upper, const TickSpace& space);

} // namespace toeplab::widgets
