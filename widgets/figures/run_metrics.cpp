// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/run_metrics.h"

#include <array>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::infinity();

const std::array<Metric, 7>& table()
{
    using core::MetricsRow;
    using core::ValidationRow;
    static const std::array<Metric, 7> entries{{
        {"loss", QStringLiteral("loss (nats)"), QStringLiteral("loss"), [](const MetricsRow& r) { return r.loss; },
         [](const ValidationRow& r) { return r.loss; }, 0, kNone},
        {"accuracy", QStringLiteral("accuracy (%)"), QStringLiteral("accuracy"),
         [](const MetricsRow& r) { return 100 * r.accuracy; }, [](const ValidationRow& r) { return 100 * r.accuracy; },
         0, 100},
        {"lr", QStringLiteral("learning rate"), QStringLiteral("learning rate"),
         [](const MetricsRow& r) { return r.lr; }, nullptr, 0, kNone},
        {"grad_norm", QStringLiteral("gradient norm"), QStringLiteral("gradient norm"),
         [](const MetricsRow& r) { return r.grad_norm; }, nullptr, 0, kNone},
        {"step_seconds", QStringLiteral("time of a step (s)"), QStringLiteral("time of a step"),
         [](const MetricsRow& r) { return r.step_seconds; }, nullptr, 0, kNone},
        {"samples_per_second", QStringLiteral("samples per second"), QStringLiteral("samples per second"),
         [](const MetricsRow& r) { return r.samples_per_second; }, nullptr, 0, kNone},
        {"memory_mib", QStringLiteral("memory (MiB)"), QStringLiteral("memory"),
         [](const MetricsRow& r) { return r.memory_mib; }, nullptr, 0, kNone},
    }};
    return entries;
}

} // namespace

std::span<const Metric> metrics()
{
    return table();
}

const Metric& metricOf(const std::string& key)
{
    for (const Metric& metric : table()) {
        if (metric.key == key)
            return metric;
    }
    qFatal("metricOf: no metric %s", key.c_str());
}

std::vector<std::string> metricKeys()
{
    std::vector<std::string> keys;
    for (const Metric& metric : table())
        keys.push_back(metric.key);
    return keys;
}

double placeOf(const core::MetricsRow& row, const std::string& x)
{
    if (x == "epoch")
        return row.epoch;
    if (x == "time")
        return row.wall_seconds;
    return double(row.step);
}

double placeOf(const core::Series<core::MetricsRow>& rows, std::int64_t step, const std::string& x)
{
    if (x == "step" || rows.empty())
        return double(step);
    std::size_t low = 0, high = rows.size(); // rows before `low` are at or before the step
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (rows[middle].step <= step)
            low = middle + 1;
        else
            high = middle;
    }
    return placeOf(rows[low == 0 ? 0 : low - 1], x);
}

QString placeLabel(const std::string& x)
{
    if (x == "epoch")
        return QStringLiteral("epoch");
    if (x == "time")
        return QStringLiteral("training time");
    return QStringLiteral("training step");
}

double Smoother::next(double value)
{
    if (!std::isfinite(value))
        return std::numeric_limits<double>::quiet_NaN();
    sum_ = beta_ * sum_ + value;
    weight_ = beta_ * weight_ + 1;
    return sum_ / weight_;
}

} // namespace toeplab::widgets
