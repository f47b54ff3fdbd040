// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_data.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace toeplab::core
{

/// A number of MetricsRow as the run file names it.
struct MetricsColumn {
    const char* name; ///< of the dataset, and of its group where it is a curve
    double MetricsRow::*member;
    const char* label;
    const char* units;
    bool curve;       ///< has an NXdata group of its own; else it is one more axis of the curves
    bool logarithmic; ///< the default plot has a logarithmic scale
};
[[nodiscard]] std::span<const MetricsColumn> metricsColumns();

/// The rows of a run by columns, in chunks that are encoded once when they are full: what a snapshot copies for a
/// million rows is their deflated bytes, and only the last, partly filled chunk is encoded anew.
class MetricsColumns
{
public:
    static constexpr std::size_t kChunkRows = 4096;

    using Chunk = std::vector<std::byte>;
    struct Encoded {
        std::vector<Chunk> steps;              ///< int64
        std::vector<std::vector<Chunk>> reals; ///< float64, in the order of metricsColumns()
    };

    void append(const MetricsRow& row);
    [[nodiscard]] std::size_t size() const { return sealed_.steps.size() * kChunkRows + tail_.size(); }
    [[nodiscard]] const MetricsRow& last() const { return last_; } ///< all zero before the first row
    [[nodiscard]] const Encoded& sealed() const { return sealed_; }
    /// The rows behind the sealed chunks as one more chunk, padded with zeros; no chunk when there are none.
    [[nodiscard]] Encoded encodeTail() const;

private:
    Encoded sealed_;
    std::vector<MetricsRow> tail_;
    MetricsRow last_;
};

} // namespace toeplab::core
