// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

namespace toeplab::widgets
{

/// Numbers as they are printed in figures, tables and read-outs: true minus sign (U+2212), commas between thousands,
/// powers of ten as exponents, never 1e-03.

/// About `digits` significant digits: 0.812, 12.4, 12,400, 3.1×10⁻⁵. NaN: "not a number"; infinity: "∞".
[[nodiscard]] QString formatValue(double value, int digits = 3);
/// At most `digits` significant digits and no zeros at the end, for settings as people write them: 0.003, 2×10⁻⁵.
[[nodiscard]] QString formatShortest(double value, int digits = 4);
/// All digits of an integer: 1,048,576.
[[nodiscard]] QString formatInteger(qint64 value);
/// A fixed number of decimals, for labels that stand under each other: 0.50, 1,024.0.
[[nodiscard]] QString formatFixed(double value, int decimals);
/// 10⁻³
[[nodiscard]] QString formatPowerOfTen(int exponent);
/// 2×10⁻³; a mantissa of one is left out.
[[nodiscard]] QString formatScientific(double value, int decimals);
/// 45 s, 3 min 12 s, 2 h 5 min.
[[nodiscard]] QString formatDuration(double seconds);

} // namespace toeplab::widgets
