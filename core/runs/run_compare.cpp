// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

namespace toeplab::core
{

namespace
{

using nlohmann::ordered_json;

/// NaN becomes null, as JSON writes it.
ordered_json number(double value)
{
    return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json stepOrNull(std::int64_t step)
{
    return step < 0 ? ordered_json() : ordered_json(step);
}

/// Of the time of a step, which has long outliers.
double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void addTraining(const std::vector<MetricsRow>& rows, ordered_json& results)
{
    const MetricsRow last = rows.empty() ? MetricsRow{} : rows.back();
    const auto of_last = [&](double value) { return rows.empty() ? ordered_json() : number(value); };
    results["step"] = last.step;
    results["epoch"] = of_last(last.epoch);
    results["training_seconds"] = of_last(last.wall_seconds);
    results["loss"] = of_last(last.loss);
    results["accuracy"] = of_last(last.accuracy);
    std::vector<double> seconds;
    seconds.reserve(rows.size());
    for (const MetricsRow& row : rows)
        seconds.push_back(row.step_seconds);
    results["median_step_seconds"] = rows.empty() ? ordered_json() : number(median(std::move(seconds)));
    results["memory_mib"] = of_last(last.memory_mib);
}

void addValidation(const std::vector<ValidationRow>& rows, ordered_json& results)
{
    const ValidationRow* last = nullptr;
    const ValidationRow* best = nullptr;
    for (const ValidationRow& row : rows) {
        if (row.split != "val")
            continue;
        last = &row;
        if (!std::isnan(row.accuracy) && (best == nullptr || row.accuracy > best->accuracy))
            best = &row;
    }
    results["validation_loss"] = last == nullptr ? ordered_json() : number(last->loss);
    results["validation_accuracy"] = last == nullptr ? ordered_json() : number(last->accuracy);
    results["best_accuracy"] = best == nullptr ? ordered_json() : number(best->accuracy);
    results["best_step"] = best == nullptr ? ordered_json() : ordered_json(best->step);
}

void flattenInto(const nlohmann::json& nested, const std::string& prefix, ordered_json& flat)
{
    for (const auto& [name, value] : nested.items()) {
        const std::string key = prefix.empty() ? name : prefix + "." + name;
        if (value.is_object())
            flattenInto(value, key, flat);
        else
            flat[key] = value;
    }
}

} // namespace

ordered_json resultsOf(const RunData& run)
{
    ordered_json results = {{"state", toString(run.state)}};
    addTraining(run.training, results);
    addValidation(run.validation, results);
    results["parameters"] = run.header.parameters;
    results["last_checkpoint"] = stepOrNull(run.last_checkpoint_step);
    results["best_checkpoint"] = stepOrNull(run.best_checkpoint_step);
    return results;
}

ordered_json flattened(const nlohmann::json& nested)
{
    ordered_json flat = ordered_json::object();
    if (nested.is_object())
        flattenInto(nested, "", flat);
    return flat;
}

std::vector<Difference> differences(std::span<const ordered_json> values)
{
    std::vector<Difference> found;
    std::set<std::string> seen;
    for (const ordered_json& source : values) {
        for (const auto& entry : source.items()) {
            if (!seen.insert(entry.key()).second)
                continue;
            Difference difference{entry.key(), {}};
            for (const ordered_json& run : values) {
                const auto place = run.find(entry.key());
                difference.values.emplace_back(place == run.end() ? nlohmann::json() : nlohmann::json(*place));
            }
            if (std::any_of(difference.values.begin(), difference.values.end(),
                            [&](const nlohmann::json& value) { return value != difference.values.front(); }))
                found.push_back(std::move(difference));
        }
    }
    return found;
}

ordered_json comparableProvenance(const RunData& run)
{
    constexpr std::array<std::string_view, 3> kAlwaysDifferent = {"command", "started", "started_unix"};
    ordered_json flat = flattened(run.header.provenance);
    for (const std::string_view key : kAlwaysDifferent)
        flat.erase(std::string(key));
    return flat;
}

} // namespace toeplab::core
