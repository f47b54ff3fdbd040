// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_store.h"

#include <span>
#include <string>

/// Names and tables that the snapshot's writer and reader share.
namespace toeplab::core::layout
{

inline constexpr const char* kLogarithmicValues = R"({"axes_scale_type": ["linear"], "signal_scale_type": "log"})";

/// A figure of the ladder: a group in /run/analysis with median, q1 and q3 over [snapshot, layer].
struct Score {
    const char* name;
    ScoreSummary LayerScores::*member;
    const char* label;
    const char* units;
};
[[nodiscard]] std::span<const Score> scores();

struct Quantile {
    const char* name;
    double ScoreSummary::*member;
    const char* label;
};
[[nodiscard]] std::span<const Quantile> quantiles();

struct WholeNumber {
    const char* name;
    std::int64_t LayerScores::*member;
};
[[nodiscard]] std::span<const WholeNumber> wholeNumbers();

/// The preset's name in the experiment; empty without one.
[[nodiscard]] std::string experimentName(const RunHeader& header);

/// What the seal carries for a list of runs: id, generation, state, step, loss, best_accuracy, experiment, started.
[[nodiscard]] nlohmann::json summaryOf(const RunStore& store);

} // namespace toeplab::core::layout
