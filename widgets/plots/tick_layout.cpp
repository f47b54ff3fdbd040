// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/tick_layout.h"

#include "widgets/plots/number_format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace toeplab::widgets
{
namespace
{

using Position = std::function<double(double)>; ///< of a value along the axis, 0..1

constexpr double kSlack = 1e-9; ///< of a step or a decade: a tick at the very end counts

bool fits(const TickSet& set, const Position& position, const TickSpace& space)
{
    if (static_cast<int>(set.ticks.size()) > space.most)
        return false;
    if (!space.extent)
        return true;
    double end = -1e300;
    for (std::size_t i = 0; i < set.ticks.size(); ++i) {
        const double half = space.extent(set.labels[i]) / 2;
        const double centre = position(set.ticks[i]) * space.length;
        if (centre - half < end + space.gap)
            return false;
        end = centre + half;
    }
    return true;
}

/// The first and last tick alone, where nothing better fits; one where even these would touch.
TickSet ends(TickSet set, const Position& position, const TickSpace& space)
{
    if (set.ticks.size() > 2) {
        set.minor.insert(set.minor.end(), set.ticks.begin() + 1, set.ticks.end() - 1);
        set.ticks = {set.ticks.front(), set.ticks.back()};
        set.labels = {set.labels.front(), set.labels.back()};
    }
    while (set.ticks.size() > 1 && !fits(set, position, space)) {
        set.ticks.pop_back();
        set.labels.pop_back();
    }
    return set;
}

Position linearPosition(double lower, double upper)
{
    const double span = upper - lower;
    return [lower, span](double value) { return span > 0 ? (value - lower) / span : 0.5; };
}

std::vector<double> multiples(double lower, double upper, double step)
{
    std::vector<double> values;
    const double first = std::ceil(lower / step - kSlack), last = std::floor(upper / step + kSlack);
    for (double k = first; k <= last && values.size() < 10000; ++k)
        values.push_back(k == 0 ? 0.0 : k * step);
    return values;
}

/// Decimals that tell neighbours `step` apart.
int decimalsOf(double step)
{
    for (int decimals = 0; decimals < 15; ++decimals) {
        const double scaled = step * std::pow(10.0, decimals);
        if (std::abs(scaled - std::round(scaled)) < 1e-6 * scaled)
            return decimals;
    }
    return 15;
}

std::vector<QString> linearLabels(const std::vector<double>& ticks, double step)
{
    double largest = 0;
    for (const double tick : ticks)
        largest = std::max(largest, std::abs(tick));
    const bool scientific = largest > 0 && (largest >= 1e6 || largest < 2e-3);
    std::vector<QString> labels;
    for (const double tick : ticks) {
        if (!scientific) {
            labels.push_back(formatFixed(tick, decimalsOf(step)));
        } else {
            const double decade = tick == 0 ? 0 : std::floor(std::log10(std::abs(tick)) + kSlack);
            labels.push_back(formatScientific(tick, decimalsOf(step / std::pow(10.0, decade))));
        }
    }
    return labels;
}

struct Step {
    double size;
    int minors; ///< parts between two ticks
};

/// From about span/`most` upwards: 1, 2, 2.5, 5 times powers of ten.
std::vector<Step> stepsFor(double span, int most, bool integers)
{
    std::vector<Step> steps;
    const int decade = static_cast<int>(std::floor(std::log10(span / most)));
    for (int e = decade; e <= decade + 3; ++e) {
        const double unit = std::pow(10.0, e);
        for (const Step step : {Step{1, 5}, Step{2, 4}, Step{2.5, 5}, Step{5, 5}}) {
            const double size = step.size * unit;
            if (size < span / most * (1 - kSlack) * 0.999)
                continue;
            if (integers && (size < 1 || std::abs(size - std::round(size)) > 1e-9 * size))
                continue;
            steps.push_back({size, step.minors});
        }
    }
    return steps;
}

TickSet place(double lower, double upper, const std::vector<Step>& steps, const Position& position,
              const TickSpace& space,
              const std::function<std::vector<QString>(const std::vector<double>&, double)>& label)
{
    TickSet best;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step step = steps[i];
        TickSet set{multiples(lower, upper, step.size), {}, {}};
        if (set.ticks.empty())
            break;
        // 0, 2.5, 5 only where 0, 5, 10 would leave fewer than four
        const bool quarters =
            std::abs(step.size / std::pow(10.0, std::floor(std::log10(step.size) + kSlack)) - 2.5) < 1e-6;
        if (quarters && i + 1 < steps.size() && multiples(lower, upper, steps[i + 1].size).size() >= 4)
            continue;
        set.labels = label(set.ticks, step.size);
        set.minor = multiples(lower, upper, step.size / step.minors);
        if (fits(set, position, space)) {
            const TickSet two = set.ticks.size() == 1 ? ends(best, position, space) : TickSet{};
            return two.ticks.size() == 2 ? two : set; // one tick alone shows no scale
        }
        best = set;
        if (set.ticks.size() <= 2)
            break;
    }
    return ends(best, position, space);
}

} // namespace

TickSet linearTicks(double lower, double upper, bool integers, const TickSpace& space)
{
    if (!(upper > lower) || !std::isfinite(lower) || !std::isfinite(upper))
        return {};
    return place(lower, upper, stepsFor(upper - lower, space.most, integers), linearPosition(lower, upper), space,
                 linearLabels);
}

TickSet piTicks(double lower, double upper, const TickSpace& space)
{
    constexpr double kPi = std::numbers::pi;
    const auto label = [](const std::vector<double>& ticks, double step) {
        const int parts = static_cast<int>(std::lround(kPi / step));
        std::vector<QString> labels;
        for (const double tick : ticks) {
            auto k = static_cast<int>(std::lround(tick / step));
            int denominator = std::max(parts, 1);
            for (int divisor = 2; divisor <= denominator; ++divisor) {
                while (k % divisor == 0 && denominator % divisor == 0) {
                    k /= divisor;
                    denominator /= divisor;
                }
            }
            QString text = k == 0 ? QStringLiteral("0") : QStringLiteral("π");
            if (std::abs(k) > 1)
                text.prepend(QString::number(std::abs(k)));
            if (k < 0)
                text.prepend(QChar(0x2212));
            if (k != 0 && denominator > 1)
                text += QStringLiteral("/%1").arg(denominator);
            labels.push_back(text);
        }
        return labels;
    };
    if (upper - lower < kPi / 3 || upper - lower > 8 * kPi)
        return linearTicks(lower, upper, false, space);
    return place(lower, upper, {{kPi / 8, 2}, {kPi / 4, 2}, {kPi / 2, 4}, {kPi, 4}, {2 * kPi, 2}},
                 linearPosition(lower, upper), space, label);
}

TickSet timeTicks(double lower, double upper, const TickSpace& space)
{
    if (!(upper > lower))
        return {};
    if (upper - lower < 4)
        return linearTicks(lower, upper, false, space);
    std::vector<Step> steps{{1, 5},     {2, 4},     {5, 5},     {10, 5},    {15, 3},     {30, 3},     {60, 4},
                            {120, 4},   {300, 5},   {600, 5},   {900, 3},   {1800, 3},   {3600, 4},   {7200, 4},
                            {10800, 3}, {21600, 3}, {43200, 4}, {86400, 4}, {172800, 4}, {432000, 5}, {864000, 5}};
    steps.erase(steps.begin(), std::find_if(steps.begin(), steps.end(), [&](const Step& step) {
                    return step.size >= (upper - lower) / space.most;
                }));
    return place(lower, upper, steps, linearPosition(lower, upper), space,
                 [](const std::vector<double>& ticks, double) {
                     std::vector<QString> labels;
                     for (const double tick : ticks)
                         labels.push_back(tick == 0 ? QStringLiteral("0") : formatDuration(tick));
                     return labels;
                 });
}

TickSet logTicks(double lower, double upper, const TickSpace& space)
{
    if (!(lower > 0) || !(upper > lower) || !std::isfinite(upper))
        return {};
    const double low = std::log10(lower), high = std::log10(upper);
    const Position position = [low, high](double value) { return (std::log10(value) - low) / (high - low); };
    const int first = static_cast<int>(std::ceil(low - kSlack)), last = static_cast<int>(std::floor(high + kSlack));

    std::vector<double> minor;
    for (int e = first - 1; e <= last; ++e) {
        for (int k = 2; k <= 9; ++k) {
            const double value = k * std::pow(10.0, e);
            if (value >= lower && value <= upper)
                minor.push_back(value);
        }
    }
    if (high - low >= 2.2) {
        const bool powers = first < -2 || last > 5;
        TickSet set;
        for (int stride = 1; stride <= last - first + 1; ++stride) {
            set = {};
            for (int e = first; e <= last; ++e) {
                const double value = std::pow(10.0, e);
                if (e % stride != 0) {
                    set.minor.push_back(value);
                    continue;
                }
                set.ticks.push_back(value);
                set.labels.push_back(powers ? formatPowerOfTen(e) : formatValue(value, 1));
            }
            if (stride == 1 && last - first <= 8)
                set.minor = minor;
            if (fits(set, position, space))
                return set;
        }
        return ends(set, position, space);
    }
    for (const auto& mantissas : {std::vector<double>{1, 2, 5}, std::vector<double>{1, 3}}) {
        TickSet set;
        set.minor = minor;
        for (int e = first - 1; e <= last; ++e) {
            for (const double mantissa : mantissas) {
                const double value = mantissa * std::pow(10.0, e);
                if (value < lower * (1 - kSlack) || value > upper * (1 + kSlack))
                    continue;
                set.ticks.push_back(value);
                set.labels.push_back(formatValue(value, 1));
            }
        }
        if (set.ticks.size() >= 3 && fits(set, position, space))
            return set;
    }
    // within a decade: linear steps on the logarithmic axis
    return place(lower, upper, stepsFor(upper - lower, space.most, false), position, space, linearLabels);
}

TickSet asinhTicks(double lower, double upper, double turn, const TickSpace& space)
{
    if (!(upper > lower) || !(turn > 0))
        return {};
    const double value_low = turn * std::sinh(lower), value_high = turn * std::sinh(upper);
    const double largest = std::max(std::abs(value_low), std::abs(value_high));
    const Position position = [=](double place) { return (place - lower) / (upper - lower); };
    if (largest < 3 * turn) { // nearly linear
        TickSet set = place(
            value_low, value_high, stepsFor(value_high - value_low, space.most, false),
            [&](double value) { return position(std::asinh(value / turn)); }, space, linearLabels);
        for (std::vector<double>* values : {&set.ticks, &set.minor}) {
            for (double& value : *values)
                value = std::asinh(value / turn);
        }
        return set;
    }
    const int top = static_cast<int>(std::floor(std::log10(largest) + kSlack));
    const int bottom = static_cast<int>(std::ceil(std::log10(turn) - kSlack));
    TickSet set;
    for (int stride = 1; stride <= std::max(top - bottom + 1, 1) + 1; ++stride) {
        set = {};
        const bool powers = bottom < -2 || top > 3;
        const auto add = [&](double value, const QString& label) {
            const double at = std::asinh(value / turn);
            if (at < lower - kSlack * (upper - lower) || at > upper + kSlack * (upper - lower))
                return;
            set.ticks.push_back(at);
            set.labels.push_back(label);
        };
        for (const double sign : {-1.0, 1.0}) {
            if (sign > 0)
                add(0, QStringLiteral("0"));
            for (int i = 0; i <= top - bottom; ++i) {
                const int e = sign < 0 ? top - i : bottom + i;
                if ((top - e) % stride != 0)
                    continue;
                const double value = sign * std::pow(10.0, e);
                QString label = powers ? formatPowerOfTen(e) : formatValue(std::pow(10.0, e), 1);
                add(value, sign < 0 ? QChar(0x2212) + label : label);
            }
        }
        if (fits(set, position, space))
            return set;
    }
    return ends(set, position, space);
}

} // namespace toeplab::widgets
