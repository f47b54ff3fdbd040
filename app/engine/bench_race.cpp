// SPDX-License-Identifier: Apache-2.0
#include "app/engine/bench_race.h"

#include "core/bench/race.h"
#include "core/config/choices.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace toeplab::app
{
namespace
{

struct RaceChoice {
    core::RaceSettings settings;
    std::string out;
};

/// A row as soon as it is there: a long race is watched. With --json rows go to standard error.
void printEntry(std::FILE* to, const core::RaceEntry& entry)
{
    const core::BenchResult& r = entry.result;
    if (entry.takesPart())
        fmt::print(to, "{:>8}  {:<7} {:>11.3f} {:>11.3f} {:>11.3f} {:>9.0f} {:>10.1e}  {}\n", r.length, r.kind,
                   1e3 * r.median_seconds, 1e3 * r.q1_seconds, 1e3 * r.q3_seconds, r.workspace_mib, r.max_error,
                   r.algorithm);
    else
        fmt::print(to, "{:>8}  {:<7} left out. {}\n", r.length, r.kind, entry.problem);
    std::fflush(to);
}

int run(const CommandContext& context, const RaceChoice& choice)
{
    std::FILE* const to = context.json ? stderr : stdout;
    const core::RaceSettings& s = choice.settings;
    fmt::print(to, "Forward and backward, batch {}, {} channels{}{}; medians and quartiles of {}\n", s.batch,
               s.channels, s.causal ? ", causal" : "", s.axes == 2 ? ", two axes" : "", s.repeat);
    fmt::print(to, "  length  kind      median ms       q1 ms       q3 ms  memory MiB  error  algorithm\n");
    const auto race = core::race(s, [to](const core::RaceEntry& entry) { printEntry(to, entry); });
    if (!race)
        return failed(race.error());
    for (const core::Crossover& crossover : race->crossovers)
        fmt::print(to, "From length {} on {} is faster than {}.\n", crossover.length, crossover.faster,
                   crossover.slower);
    if (!choice.out.empty()) {
        if (auto written = core::writeRace(*race, choice.out); !written)
            return failed(written.error());
    }
    if (context.json)
        printJson(core::toJson(*race));
    return kDone;
}

/// Found before anything is timed.
std::string wrongEnding(const std::string& path)
{
    return path.ends_with(".json") || path.ends_with(".csv") ? "" : path + " must end in .json or .csv";
}

} // namespace

void addRaceCommand(CLI::App& group, CommandContext& context)
{
    const auto choice = std::make_shared<RaceChoice>();
    core::RaceSettings& s = choice->settings;
    CLI::App* command = addCommand(group, context, "race", "All operators at all lengths: time, memory, agreement",
                                   "toeplab bench race --lengths 256,1024,4096 --out race.json",
                                   onDevice(context, [&context, choice] { return run(context, *choice); }));
    command->add_option("--kinds", s.kinds, "Operators (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember(std::vector<std::string>(core::kMixerKinds.begin(), core::kMixerKinds.end())));
    command->add_option("--lengths", s.lengths, "Positions n")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 24))
        ->capture_default_str();
    command->add_option("--channels", s.channels, "Channels")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    command->add_option("--batch", s.batch, "Sequences")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    command->add_option("--repeat", s.repeat, "Timed repetitions")->check(CLI::Range(1, 10000))->capture_default_str();
    command->add_option("--rank", s.rank, "Inducing points of ski; fewer where n is shorter")->capture_default_str();
    command->add_option("--band", s.band, "Taps of ski's band, odd")->capture_default_str();
    command->add_option("--axes", s.axes, "1: sequences; 2: images of H x W = n positions, H = floor(sqrt n)")
        ->check(CLI::IsMember({1, 2}))
        ->capture_default_str();
    command->add_flag("--causal", s.causal, "No lag below 0");
    command->add_option("--tolerance", s.tolerance, "Largest error against the dense product, of the largest value")
        ->check(aboveZero())
        ->capture_default_str();
    command->add_option("--out", choice->out, "Also store it: FILE.json or FILE.csv")->check(wrongEnding);
}

} // namespace toeplab::app
