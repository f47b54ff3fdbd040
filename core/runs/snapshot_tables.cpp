// SPDX-License-Identifier: Apache-2.0
// Reading /run/training, /run/validation, /run/events and /run/analysis.
#include "core/runs/h5_data.h"
#include "core/runs/snapshot.h"
#include "core/runs/snapshot_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace toeplab::core
{

namespace
{

template <typename T>
void expectRows(const std::vector<T>& values, std::size_t rows, const std::string& name)
{
    if (values.size() != rows)
        throw h5::Failure(fmt::format("{} has {} values where there are {} rows", name, values.size(), rows));
}

std::vector<double> readRealRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<double> values = h5::readReals(group, name);
    expectRows(values, rows, name);
    return values;
}

std::vector<std::int64_t> readWholeRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<std::int64_t> values = h5::readIntegers(group, name);
    expectRows(values, rows, name);
    return values;
}

std::vector<std::string> readTextRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<std::string> values = h5::readTexts(group, name);
    expectRows(values, rows, name);
    return values;
}

std::string columnPath(const MetricsColumn& column)
{
    const char* home = metricsColumns().front().name; // the curve whose group holds the axes
    return fmt::format("run/training/{}/{}", column.curve ? column.name : home, column.name);
}

/// `count` numbers from `first` on, or nothing when they are damaged.
template <typename T>
std::vector<T> readOrNothing(const h5::Handle& dataset, std::size_t first, std::size_t count, hid_t type)
{
    try {
        const std::vector<std::byte> bytes = h5::readRange(dataset, first, count, type);
        std::vector<T> values(count);
        std::memcpy(values.data(), bytes.data(), bytes.size());
        return values;
    } catch (const h5::Failure&) {
        return {}; // the caller counts what is missing
    }
}

std::vector<MetricsRow> readTrainingByChunks(hid_t file, std::size_t& lost)
{
    const h5::Handle steps = h5::openDataset(file, fmt::format("run/training/{}/step", metricsColumns().front().name));
    std::vector<h5::Handle> columns;
    for (const MetricsColumn& column : metricsColumns()) {
        try {
            columns.push_back(h5::openDataset(file, columnPath(column)));
        } catch (const h5::Failure&) {
            columns.emplace_back(); // every read of it counts as lost
        }
    }
    const std::vector<hsize_t> shape = h5::shapeOf(steps);
    const std::size_t total = shape.size() == 1 ? shape.front() : 0;
    std::vector<MetricsRow> rows;
    for (std::size_t first = 0; first < total; first += MetricsColumns::kChunkRows) {
        const std::size_t count = std::min(MetricsColumns::kChunkRows, total - first);
        const auto numbers = readOrNothing<std::int64_t>(steps, first, count, H5T_NATIVE_INT64);
        if (numbers.empty()) {
            lost += count * (columns.size() + 1);
            continue;
        }
        const std::size_t begin = rows.size();
        rows.resize(begin + count);
        for (std::size_t i = 0; i < count; ++i)
            rows[begin + i].step = numbers[i];
        for (std::size_t column = 0; column < columns.size(); ++column) {
            auto values = readOrNothing<double>(columns[column], first, count, H5T_NATIVE_DOUBLE);
            lost += values.empty() ? count : 0;
            values.resize(count, std::numeric_limits<double>::quiet_NaN());
            for (std::size_t i = 0; i < count; ++i)
                rows[begin + i].*metricsColumns()[column].member = values[i];
        }
    }
    return rows;
}

void readSplit(hid_t group, std::vector<std::pair<std::int64_t, ValidationRow>>& into)
{
    const std::string split = h5::textAttribute(group, "split", "val");
    const std::vector<std::int64_t> steps = h5::readIntegers(group, "loss/step");
    const std::vector<std::int64_t> order = readWholeRows(group, "loss/row", steps.size());
    const std::vector<std::int64_t> samples = readWholeRows(group, "loss/samples", steps.size());
    const std::vector<double> loss = readRealRows(group, "loss/loss", steps.size());
    const std::vector<double> accuracy = readRealRows(group, "accuracy/accuracy", steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i)
        into.push_back({order[i], {steps[i], split, loss[i], accuracy[i], samples[i]}});
}

} // namespace

std::vector<MetricsRow> readTraining(hid_t file, std::size_t* lost)
{
    if (lost != nullptr)
        return readTrainingByChunks(file, *lost);
    const auto steps = h5::readIntegers(file, fmt::format("run/training/{}/step", metricsColumns().front().name));
    std::vector<MetricsRow> rows(steps.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].step = steps[i];
    for (const MetricsColumn& column : metricsColumns()) {
        const std::vector<double> values = readRealRows(file, columnPath(column), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].*column.member = values[i];
    }
    return rows;
}

std::vector<ValidationRow> readValidation(hid_t file)
{
    const h5::Handle group = h5::openGroup(file, "run/validation");
    std::vector<std::pair<std::int64_t, ValidationRow>> ordered;
    readSplit(group.id(), ordered);
    for (const std::string& name : h5::children(group.id())) {
        if (name.starts_with("split_"))
            readSplit(h5::openGroup(group.id(), name).id(), ordered);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ValidationRow> rows;
    for (auto& entry : ordered)
        rows.push_back(std::move(entry.second));
    return rows;
}

std::vector<RunEvent> readEvents(hid_t file)
{
    const h5::Handle group = h5::openGroup(file, "run/events");
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    const std::vector<double> times = readRealRows(group.id(), "time", steps.size());
    const std::vector<double> values = readRealRows(group.id(), "value", steps.size());
    const std::vector<std::string> kinds = readTextRows(group.id(), "kind", steps.size());
    const std::vector<std::string> texts = readTextRows(group.id(), "text", steps.size());
    std::vector<RunEvent> events;
    for (std::size_t i = 0; i < steps.size(); ++i)
        events.push_back({steps[i], times[i], kinds[i], texts[i], values[i]});
    return events;
}

std::vector<LadderSnapshot> readLadder(hid_t file, std::size_t layers)
{
    const h5::Handle group = h5::openGroup(file, "run/analysis");
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    std::vector<LadderSnapshot> ladder(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i)
        ladder[i] = {steps[i], std::vector<LayerScores>(layers)};
    const auto spread = [&](const auto& values, const auto& place) {
        for (std::size_t i = 0; i < values.size(); ++i)
            place(ladder[i / layers].layers[i % layers]) = values[i];
    };
    const std::size_t cells = steps.size() * layers;
    for (const layout::WholeNumber& number : layout::wholeNumbers())
        spread(readWholeRows(group.id(), number.name, cells),
               [&](LayerScores& scores) -> std::int64_t& { return scores.*number.member; });
    for (const layout::Score& score : layout::scores()) {
        for (const layout::Quantile& quantile : layout::quantiles())
            spread(readRealRows(group.id(), fmt::format("{}/{}", score.name, quantile.name), cells),
                   [&](LayerScores& scores) -> double& { return scores.*score.member.*quantile.member; });
    }
    return ladder;
}

} // namespace toeplab::core
