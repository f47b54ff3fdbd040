// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

#include <cstdint>

namespace toeplab::widgets
{

/// Numbers as people read them in the window. Numbers that do not exist (NaN, none yet) are an en dash.
namespace format
{

[[nodiscard]] QString steps(std::int64_t value); ///< 12,400
[[nodiscard]] QString number(double value);      ///< three significant digits, true minus: 0.832, 12,400, 3.1×10⁻⁵
[[nodiscard]] QString percent(double share);     ///< 0.8312 -> 83.1 %
[[nodiscard]] QString duration(double seconds);  ///< 8 s, 3 min 12 s, 2 h 05 min, 3 d 4 h
[[nodiscard]] QString mebibytes(double mib);     ///< 412 MiB, 1.50 GiB
[[nodiscard]] QString learningRate(double lr);   ///< as it is typed: 0.0005, 2.5e-05
[[nodiscard]] QString stepsPerSecond(double rate);     ///< 18.4 steps/s, 0.42 steps/s
[[nodiscard]] QString ago(double seconds);             ///< just now, 3 s ago, 2 min ago
[[nodiscard]] QString state(const std::string& state); ///< with a capital: Alive

} // namespace format

} // namespace toeplab::widgets
