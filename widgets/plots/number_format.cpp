// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

const QChar kMinus(0x2212);
const QChar kTimes(0x00D7);

QString superscript(int exponent)
{
    static const std::array<char16_t, 10> kDigits{0x2070, 0x00B9, 0x00B2, 0x00B3, 0x2074,
                                                  0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
    QString text;
    const QString plain = QString::number(std::abs(exponent));
    if (exponent < 0)
        text += QChar(0x207B);
    for (const QChar digit : plain)
        text += QChar(kDigits[static_cast<std::size_t>(digit.digitValue())]);
    return text;
}

/// Commas into the integer part of a plain decimal number, and a true minus sign.
QString grouped(QString text)
{
    const bool negative = text.startsWith(QLatin1Char('-'));
    if (negative)
        text.remove(0, 1);
    const qsizetype point = text.indexOf(QLatin1Char('.'));
    for (qsizetype at = (point < 0 ? text.size() : point) - 3; at > 0; at -= 3)
        text.insert(at, QLatin1Char(','));
    const bool zero =
        std::all_of(text.cbegin(), text.cend(), [](QChar c) { return !c.isDigit() || c == QLatin1Char('0'); });
    if (negative && !zero)
        text.prepend(kMinus);
    return text;
}

QString special(double value)
{
    if (std::isnan(value))
        return QStringLiteral("not a number");
    return value > 0 ? QString(QChar(0x221E)) : QString(kMinus) + QChar(0x221E);
}

} // namespace

QString formatPowerOfTen(int exponent)
{
    return QStringLiteral("10") + superscript(exponent);
}

QString formatFixed(double value, int decimals)
{
    if (!std::isfinite(value))
        return special(value);
    return grouped(QString::number(value, 'f', std::max(decimals, 0)));
}

QString formatInteger(qint64 value)
{
    return grouped(QString::number(value));
}

QString formatScientific(double value, int decimals)
{
    if (!std::isfinite(value))
        return special(value);
    if (value == 0)
        return QStringLiteral("0");
    const QString text = QString::number(value, 'e', std::max(decimals, 0));
    const qsizetype mark = text.indexOf(QLatin1Char('e'));
    const QString mantissa = text.left(mark);
    const QString power = formatPowerOfTen(text.mid(mark + 1).toInt());
    if (mantissa == QLatin1String("1"))
        return power;
    if (mantissa == QLatin1String("-1"))
        return QString(kMinus) + power;
    return grouped(mantissa) + kTimes + power;
}

QString formatValue(double value, int digits)
{
    if (!std::isfinite(value))
        return special(value);
    if (value == 0)
        return QStringLiteral("0");
    // the decade after rounding: 0.9996 to three digits is 1.00
    const QString rounded = QString::number(value, 'e', digits - 1);
    const int decade = rounded.mid(rounded.indexOf(QLatin1Char('e')) + 1).toInt();
    if (decade < -3 || decade > 8)
        return formatScientific(value, digits - 1);
    return formatFixed(value, std::max(digits - 1 - decade, 0));
}

QString formatShortest(double value, int digits)
{
    if (!std::isfinite(value))
        return special(value);
    if (value == 0)
        return QStringLiteral("0");
    QString mantissa = QString::number(value, 'e', std::max(digits - 1, 0));
    const qsizetype mark = mantissa.indexOf(QLatin1Char('e'));
    const int decade = mantissa.mid(mark + 1).toInt();
    mantissa.truncate(mark);
    int decimals = std::max(digits - 1, 0);
    for (; decimals > 0 && mantissa.endsWith(QLatin1Char('0')); --decimals)
        mantissa.chop(1);
    if (decade < -4 || decade > 8)
        return formatScientific(value, decimals);
    return formatFixed(value, std::max(decimals - decade, 0));
}

QString formatDuration(double seconds)
{
    if (!std::isfinite(seconds))
        return special(seconds);
    if (seconds < 10)
        return formatValue(seconds, 2) + QStringLiteral(" s");
    const auto total = static_cast<qint64>(std::llround(seconds));
    if (total < 60)
        return QStringLiteral("%1 s").arg(total);
    if (total < 3600)
        return total % 60 == 0 ? QStringLiteral("%1 min").arg(total / 60)
                               : QStringLiteral("%1 min %2 s").arg(total / 60).arg(total % 60);
    const qint64 minutes = total / 60;
    return minutes % 60 == 0 ? QStringLiteral("%1 h").arg(formatInteger(minutes / 60))
                             : QStringLiteral("%1 h %2 min").arg(formatInteger(minutes / 60)).arg(minutes % 60);
}

} // namespace toeplab::widgets
