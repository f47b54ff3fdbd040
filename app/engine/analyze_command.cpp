// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/runs_command.h"
#include "core/analysis/kernel_analysis.h"
#include "core/analysis/npy.h"
#include "core/base/home.h"
#include "core/base/layer_info.h"
#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/operators/ski/ski_limits.h"
#include "core/runs/run_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

namespace toeplab::app
{
namespace
{

/// A figure of the ladder: its key, the heading of its column, and how it is shown.
struct Score {
    const char* key;
    const char* heading;
    const char* format;
    core::ScoreSummary core::LayerScores::*member;
};
constexpr std::array kScores{Score{"spikiness", "spikiness", "{:.3f}", &core::LayerScores::spikiness},
                             Score{"peak_over_median", "peak/median", "{:.4g}", &core::LayerScores::peak_over_median},
                             Score{"effective_width", "width", "{:.1f}", &core::LayerScores::effective_width},
                             Score{"decay_rate", "decay", "{:.4f}", &core::LayerScores::decay_rate},
                             Score{"anticausal_energy", "anticausal", "{:.3f}", &core::LayerScores::anticausal_energy},
                             Score{"effective_rank", "rank", "{:.1f}", &core::LayerScores::effective_rank}};

/// One row of the ladder.
struct Row {
    core::LayerInfo info;
    core::LayerScores scores;
    std::optional<core::SkiLimits> ski;
};

/// What is analysed: a run at a step, or a kernel from a file.
struct Ladder {
    std::int64_t step = -1; ///< -1: no run
    std::vector<Row> rows;
};

struct Options {
    std::string run, snapshot = "last", kernel, csv;
    std::int64_t band = 8;
};

nlohmann::json toJson(const Row& row)
{
    nlohmann::json json{{"layer", row.info.layer},     {"axis", row.info.axis},     {"kind", row.info.kind},
                        {"mode", row.info.mode},       {"causal", row.info.causal}, {"channels", row.scores.channels},
                        {"length", row.scores.length}, {"band", row.scores.band},   {"broken", row.scores.broken}};
    for (const Score& score : kScores) {
        const core::ScoreSummary& summary = row.scores.*score.member;
        json[score.key] = summary.median;
        json[std::string(score.key) + "_quartiles"] = {summary.q1, summary.q3};
    }
    if (!row.info.description.empty())
        json["description"] = row.info.description;
    if (row.ski)
        json["ski"] = {{"spacing", row.ski->spacing},
                       {"warp", row.ski->warp > 0 ? nlohmann::json(row.ski->warp) : nlohmann::json()},
                       {"visited_cells", row.ski->visited_cells},
                       {"cells", row.ski->cells},
                       {"blind_lags", row.ski->blind() ? nlohmann::json::array({row.ski->blind_from, row.ski->blind_to})
                                                       : nlohmann::json()}};
    return json;
}

void print(const std::vector<Row>& rows)
{
    fmt::print("layer  axis      kind  channels  length");
    for (const Score& score : kScores) {
        fmt::print("  {:>11}", score.heading);
    }
    fmt::print("\n");
    for (const Row& row : rows) {
        fmt::print("{:>5}  {:<8}  {:<4}  {:>8}  {:>6}", row.info.layer, row.info.axis, row.info.kind,
                   row.scores.channels, row.scores.length);
        for (const Score& score : kScores) {
            fmt::print("  {:>11}", fmt::format(fmt::runtime(score.format), (row.scores.*score.member).median));
        }
        fmt::print("\n");
        if (row.scores.broken > 0) {
            fmt::print("       {} of {} channels hold NaN or infinity and are left out.\n", row.scores.broken,
                       row.scores.channels);
        }
        const std::string limits = row.ski ? row.ski->describe() : std::string();
        if (row.info.mode == "released" || !limits.empty()) {
            fmt::print("       {}{}{}\n", row.info.mode == "released" ? "as released" : "",
                       row.info.mode == "released" && !limits.empty() ? ", " : "", limits);
        }
    }
    fmt::print("Medians over channels. Spikiness: share of the matrix's energy within {} lags of the diagonal.\n",
               rows.empty() ? 0 : rows.front().scores.band);
}

core::Result<void> writeCsv(const std::string& path, const std::vector<Row>& rows)
{
    std::ofstream stream(path, std::ios::trunc);
    stream << "layer,axis,kind,mode,causal,channels,length,band,broken";
    for (const Score& score : kScores) {
        stream << fmt::format(",{0},{0}_q1,{0}_q3", score.key);
    }
    stream << '\n';
    for (const Row& row : rows) {
        stream << fmt::format("{},{},{},{},{},{},{},{},{}", row.info.layer, row.info.axis, row.info.kind, row.info.mode,
                              row.info.causal, row.scores.channels, row.scores.length, row.scores.band,
                              row.scores.broken);
        for (const Score& score : kScores) {
            const core::ScoreSummary& summary = row.scores.*score.member;
            stream << fmt::format(",{},{},{}", summary.median, summary.q1, summary.q3);
        }
        stream << '\n';
    }
    stream.close();
    if (!stream) {
        return core::fail("The file {} cannot be written. Check the folder's permissions and the disk's free space.",
                          path);
    }
    return {};
}

core::Result<Ladder> ladderOfKernel(const Options& options)
{
    return core::readKernelArray(options.kernel).map([&](const core::KernelArray& kernel) {
        Row row;
        row.info.kind = "file";
        row.info.channels = kernel.channels;
        row.info.length = kernel.length;
        row.scores = core::scoreLayer(std::span<const double>(kernel.values), kernel.channels, options.band);
        row.info.causal = row.scores.anticausal_energy.median == 0 && row.scores.anticausal_energy.q3 == 0;
        return Ladder{-1, {row}};
    });
}

/// Steps at which every layer has a kernel, ascending.
std::vector<std::int64_t> commonSteps(const core::RunData& run)
{
    std::vector<std::int64_t> common;
    for (std::size_t i = 0; i < run.kernel_steps.size(); ++i) {
        std::vector<std::int64_t> both;
        std::set_intersection(common.begin(), common.end(), run.kernel_steps[i].begin(), run.kernel_steps[i].end(),
                              std::back_inserter(both));
        common = i == 0 ? run.kernel_steps[i] : both;
    }
    return common;
}

core::Result<std::int64_t> chosenStep(const core::RunData& run, const std::string& snapshot)
{
    const std::vector<std::int64_t> steps = commonSteps(run);
    if (steps.empty()) {
        return core::fail(
            "The run {} holds no kernels yet. They are stored from the first steps on: train it a little.", run.path);
    }
    if (snapshot == "last") {
        return steps.back();
    }
    std::int64_t step = -1;
    const char* const end = snapshot.data() + snapshot.size();
    const auto [parsed, error] = std::from_chars(snapshot.data(), end, step);
    if (error != std::errc{} || parsed != end) {
        return core::fail("--snapshot is \"{}\": it must be last or the number of a step.", snapshot);
    }
    const auto after = std::lower_bound(steps.begin(), steps.end(), step);
    if (after != steps.end() && *after == step) {
        return step;
    }
    std::vector<std::string> near;
    if (after != steps.begin()) {
        near.push_back(fmt::format("{}", *(after - 1)));
    }
    if (after != steps.end()) {
        near.push_back(fmt::format("{}", *after));
    }
    return core::fail("The run {} holds no kernels of step {}. The nearest are of step {}.", run.path, step,
                      core::alternatives(near));
}

/// The figures stored in training where they are of this step and band, else computed from the stored kernels.
core::Result<Ladder> ladderOfRun(const Options& options)
{
    const auto run = core::readRun(options.run);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const auto step = chosenStep(*run, options.snapshot);
    if (!step) {
        return tl::unexpected(step.error());
    }
    const std::vector<core::LayerInfo>& layers = run->header.layers;
    const auto stored = std::find_if(run->ladder.begin(), run->ladder.end(), [&](const core::LadderSnapshot& snapshot) {
        return snapshot.step == *step && snapshot.layers.size() == layers.size() &&
               std::all_of(snapshot.layers.begin(), snapshot.layers.end(),
                           [&](const core::LayerScores& scores) { return scores.band == options.band; });
    });
    const auto experiment = core::experimentFromJson(run->header.experiment);
    Ladder ladder{*step, {}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        std::optional<core::SkiLimits> ski;
        if (layers[i].kind == "ski" && experiment) {
            ski = core::skiLimits(experiment->mixer, layers[i].length, layers[i].length);
        }
        if (stored != run->ladder.end()) {
            ladder.rows.push_back({layers[i], stored->layers[i], ski});
            continue;
        }
        const auto kernel = core::readKernel(options.run, i, *step);
        if (!kernel) {
            return tl::unexpected(kernel.error());
        }
        ladder.rows.push_back(
            {layers[i], core::scoreLayer(std::span<const float>(kernel->values), layers[i].channels, options.band),
             ski});
    }
    return ladder;
}

int analyze(const CommandContext& context, Options options)
{
    if (options.run.empty() == options.kernel.empty()) {
        return wrongUsage({"Give a run to analyse, or one kernel with --kernel FILE.npy."});
    }
    if (!options.run.empty()) {
        options.run = core::runPath(options.run);
    }
    const auto ladder = options.run.empty() ? ladderOfKernel(options) : ladderOfRun(options);
    if (!ladder) {
        return failed(ladder.error());
    }
    if (!options.csv.empty()) {
        if (auto written = writeCsv(options.csv, ladder->rows); !written) {
            return failed(written.error());
        }
    }
    if (context.json) {
        nlohmann::json layers = nlohmann::json::array();
        for (const Row& row : ladder->rows) {
            layers.push_back(toJson(row));
        }
        const bool of_run = !options.run.empty();
        printJson({{"run", of_run ? nlohmann::json(options.run) : nlohmann::json()},
                   {"kernel", of_run ? nlohmann::json() : nlohmann::json(options.kernel)},
                   {"step", of_run ? nlohmann::json(ladder->step) : nlohmann::json()},
                   {"layers", layers}});
    } else {
        if (!options.run.empty()) {
            fmt::print("{}, step {}\n", options.run, ladder->step);
        }
        print(ladder->rows);
    }
    return kDone;
}

} // namespace

void addAnalyzeCommand(CLI::App& app, CommandContext& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        addCommand(app, context, "analyze", "The ladder of a run, or of any kernel: a row for each layer",
                   "toeplab analyze runs/tour.h5 --band 16 --csv ladder.csv",
                   [&context, options] { return analyze(context, *options); });
    command->add_option("RUN", options->run, "A run file");
    command->add_option("--snapshot", options->snapshot, "last or a step (default: last)");
    command->add_option("--kernel", options->kernel,
                        "Instead of a run: a .npy file with the lags -(n-1) to n-1, (2n-1,) or (channels, 2n-1)");
    command->add_option("--band", options->band, "Lags either side of the diagonal that count as near (default: 8)")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--csv", options->csv, "Also write the figures to this file");
}

} // namespace toeplab::app
