// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_data.h"

#include <QtCore/QString>

#include <span>
#include <string>
#include <vector>

namespace toeplab::widgets
{

/// What a run logs, as it is drawn: the names of options, labels with units, and where the numbers are.
struct Metric {
    std::string key; ///< "loss"
    QString label;   ///< "loss (nats)"
    QString name;    ///< "loss": in read-outs
    double (*of)(const core::MetricsRow&);
    double (*validation)(const core::ValidationRow&); ///< nullptr: not measured on validation data
    double least, most;                               ///< by definition
};
[[nodiscard]] std::span<const Metric> metrics();
[[nodiscard]] const Metric& metricOf(const std::string& key);
[[nodiscard]] std::vector<std::string> metricKeys();

/// x of a training row: step, epoch or time (s).
[[nodiscard]] double placeOf(const core::MetricsRow& row, const std::string& x);
/// x of a step that has no row of its own (a validation, an event): that of the last row up to it, O(log rows).
[[nodiscard]] double placeOf(const core::Series<core::MetricsRow>& rows, std::int64_t step, const std::string& x);
[[nodiscard]] QString placeLabel(const std::string& x);

/// Exponential smoothing without the bias of its start (Kingma & Ba 2015, section 3):
/// s_t = sum_i beta^(t-i) x_i / sum_i beta^(t-i). beta = 0: the values themselves. Values that are no number are left
/// out.
class Smoother
{
public:
    explicit Smoother(double beta) : beta_(beta) {}
    [[nodiscard]] double next(double value); ///< NaN in gives NaN out

private:
    double beta_, sum_ = 0, weight_ = 0;
};

} // namespace toeplab::widgets
