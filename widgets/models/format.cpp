// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/format.h"

#include <QtCore/QLocale>

#include <cmath>

namespace toeplab::widgets::format
{

namespace
{

const QString kNone = QStringLiteral("–");
const QChar kMinus(0x2212);

[[nodiscard]] QString withTrueMinus(QString text)
{
    return text.replace(QLatin1Char('-'), kMinus);
}

[[nodiscard]] QString superscript(int exponent)
{
    static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text;
    if (exponent < 0) {
        text += QChar(0x207B);
    }
    for (const QChar digit : QString::number(std::abs(exponent))) {
        text += digits[digit.digitValue()];
    }
    return text;
}

} // namespace

QString steps(std::int64_t value)
{
    return withTrueMinus(QLocale(QLocale::English).toString(qlonglong(value)));
}

QString number(double value)
{
    if (!std::isfinite(value)) {
        return kNone;
    }
    if (value == 0) {
        return QStringLiteral("0");
    }
    const double magnitude = std::abs(value);
    if (magnitude >= 1e6 || magnitude < 1e-3) {
        const int exponent = int(std::floor(std::log10(magnitude)));
        return withTrueMinus(QString::number(value / std::pow(10.0, exponent), 'f', 1)) + QStringLiteral("×10") +
               superscript(exponent);
    }
    const int digits_before = int(std::floor(std::log10(magnitude))) + 1;
    if (digits_before >= 4) {
        return steps(std::llround(value));
    }
    return withTrueMinus(QString::number(value, 'f', std::clamp(3 - digits_before, 0, 5)));
}

QString percent(double share)
{
    return std::isfinite(share) ? withTrueMinus(QString::number(100 * share, 'f', 1)) + QStringLiteral(" %") : kNone;
}

QString duration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0) {
        return kNone;
    }
    const qint64 whole = std::llround(seconds);
    const auto two = [](qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
    if (whole < 60) {
        return QStringLiteral("%1 s").arg(whole);
    }
    if (whole < 3600) {
        return QStringLiteral("%1 min %2 s").arg(QString::number(whole / 60), two(whole % 60));
    }
    if (whole < 48 * 3600) {
        return QStringLiteral("%1 h %2 min").arg(QString::number(whole / 3600), two(whole / 60 % 60));
    }
    return QStringLiteral("%1 d %2 h").arg(whole / 86400).arg(whole / 3600 % 24);
}

QString mebibytes(double mib)
{
    if (!std::isfinite(mib) || mib < 0) {
        return kNone;
    }
    return mib < 1024 ? QStringLiteral("%1 MiB").arg(std::llround(mib))
                      : QStringLiteral("%1 GiB").arg(mib / 1024, 0, 'f', 2);
}

QString learningRate(double lr)
{
    if (!std::isfinite(lr)) {
        return kNone;
    }
    // Decimals as far as they can be read at a glance, then 5e-7: never 5e-07.
    const QString text = QString::number(lr, 'g', 4);
    const qsizetype mark = text.indexOf(QLatin1Char('e'));
    if (mark < 0) {
        return text;
    }
    const int exponent = text.mid(mark + 1).toInt();
    const qsizetype digits = mark > 1 ? mark - 2 : 0; // after the point
    return exponent < 0 && exponent > -7 ? QString::number(lr, 'f', int(digits) - exponent)
                                         : text.left(mark) + QLatin1Char('e') + QString::number(exponent);
}

QString stepsPerSecond(double rate)
{
    if (!std::isfinite(rate) || rate <= 0) {
        return kNone + QStringLiteral(" steps/s");
    }
    return QStringLiteral("%1 steps/s").arg(rate, 0, 'f', rate < 1 ? 2 : rate < 100 ? 1 : 0);
}

QString ago(double seconds)
{
    return seconds < 1 ? QStringLiteral("just now") : duration(seconds) + QStringLiteral(" ago");
}

QString state(const std::string& state)
{
    QString text = QString::fromStdString(state);
    if (!text.isEmpty()) {
        text[0] = text[0].toUpper();
    }
    return text;
}

} // namespace toeplab::widgets::format
