// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/bench/bench.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace toeplab::core
{

/// Every operator at every length on the same machine, forward and backward: who is the fastest, from which length on,
/// and with how much memory.
struct RaceSettings {
    std::vector<std::string> kinds; ///< mixer.kind; empty: all
    std::vector<std::int64_t> lengths{64, 128, 256, 512, 1024, 2048, 4096};
    std::int64_t channels = 128, batch = 8, repeat = 7;
    std::int64_t rank = 64, band = 33; ///< of ski; where n is shorter than the rank, n inducing points (at least 2)
    std::int64_t axes = 1;             ///< 2: images of H x W = n, H = floor(sqrt n)
    bool causal = false;
    double tolerance = 1e-4; ///< of max_error, fp32; what is above it is left out
};

/// One operator at one length. What could not be made, or disagrees with its dense product in double precision, takes
/// no part: `problem` says why, in a sentence, and the figures that are there stay.
struct RaceEntry {
    BenchResult result;
    std::string problem;

    [[nodiscard]] bool takesPart() const { return problem.empty(); }
};

/// From `length` on `faster` needs less time than `slower`, which was ahead at the length before.
struct Crossover {
    std::string faster, slower;
    std::int64_t length = 0;
};

struct Race {
    RaceSettings settings;
    std::vector<RaceEntry> entries; ///< by length, then in the order of the kinds
    std::vector<Crossover> crossovers;
};

/// `done` is called after each entry.
[[nodiscard]] Result<Race> race(const RaceSettings& settings, const std::function<void(const RaceEntry&)>& done = {});

/// Where the order of two operators changes from one length to the next, by their medians.
[[nodiscard]] std::vector<Crossover> crossovers(const std::vector<RaceEntry>& entries);

/// {"settings": {...}, "entries": [...], "left_out": [...], "crossovers": [...]}
[[nodiscard]] nlohmann::json toJson(const Race& race);
[[nodiscard]] nlohmann::json toJson(const BenchResult& result);
/// A row an entry, those left out with their problem in the last column.
[[nodiscard]] std::string toCsv(const Race& race);
/// By the name's ending: .json or .csv.
[[nodiscard]] Result<void> writeRace(const Race& race, const std::string& path);

} // namespace toeplab::core
