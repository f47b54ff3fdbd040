// SPDX-License-Identifier: Apache-2.0
#include "core/runs/metrics_columns.h"

#include "core/runs/chunk_codec.h"

#include <cstdint>

namespace toeplab::core
{

namespace
{

constexpr std::array<MetricsColumn, 9> kColumns = {{
    {"loss", &MetricsRow::loss, "Training loss", "nats", true, true},
    {"accuracy", &MetricsRow::accuracy, "Training accuracy", "1", true, false},
    {"learning_rate", &MetricsRow::lr, "Learning rate", "1", true, true},
    {"gradient_norm", &MetricsRow::grad_norm, "Gradient norm", "1", true, true},
    {"step_time", &MetricsRow::step_seconds, "Time of a step", "s", true, false},
    {"samples_per_second", &MetricsRow::samples_per_second, "Samples per second", "1/s", true, false},
    {"memory", &MetricsRow::memory_mib, "Resident memory", "MiB", true, false},
    {"epoch", &MetricsRow::epoch, "Epoch", "1", false, false},
    {"wall_time", &MetricsRow::wall_seconds, "Training time", "s", false, false},
}};

template <typename T, typename Get>
MetricsColumns::Chunk encodeColumn(std::span<const MetricsRow> rows, Get get)
{
    std::vector<T> values(MetricsColumns::kChunkRows, T{});
    for (std::size_t i = 0; i < rows.size(); ++i)
        values[i] = get(rows[i]);
    return encodeChunk(std::as_bytes(std::span(values)), sizeof(T));
}

void encodeRows(std::span<const MetricsRow> rows, MetricsColumns::Encoded& into)
{
    into.steps.push_back(encodeColumn<std::int64_t>(rows, [](const MetricsRow& row) { return row.step; }));
    into.reals.resize(kColumns.size());
    for (std::size_t column = 0; column < kColumns.size(); ++column) {
        const auto member = kColumns[column].member;
        into.reals[column].push_back(
            encodeColumn<double>(rows, [member](const MetricsRow& row) { return row.*member; }));
    }
}

} // namespace

std::span<const MetricsColumn> metricsColumns()
{
    return kColumns;
}

void MetricsColumns::append(const MetricsRow& row)
{
    last_ = row;
    tail_.push_back(row);
    if (tail_.size() == kChunkRows) {
        encodeRows(tail_, sealed_);
        tail_.clear();
    }
}

MetricsColumns::Encoded MetricsColumns::encodeTail() const
{
    Encoded encoded;
    encoded.reals.resize(kColumns.size());
    if (!tail_.empty())
        encodeRows(tail_, encoded);
    return encoded;
}

} // namespace toeplab::core
