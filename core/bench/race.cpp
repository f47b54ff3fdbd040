// SPDX-License-Identifier: Apache-2.0
#include "core/bench/race.h"

#include "core/config/choices.h"

#include <algorithm>
#include <map>

namespace toeplab::core
{
namespace
{

OperatorBench benchOf(const RaceSettings& settings, const std::string& kind, std::int64_t length)
{
    OperatorBench bench;
    bench.mixer.kind = kind;
    bench.mixer.causal = settings.causal;
    bench.mixer.axes = settings.axes;
    bench.mixer.rpe = "mlp";
    bench.mixer.gamma = 0.99;
    const auto rankFor = [&](std::int64_t n) { return std::max<std::int64_t>(std::min(settings.rank, n), 2); };
    bench.mixer.rank = rankFor(length);
    bench.mixer.band = settings.band;
    bench.length = length;
    bench.channels = settings.channels;
    bench.batch = settings.batch;
    bench.repeat = settings.repeat;
    if (settings.axes == 2) {
        std::int64_t side = 1;
        while ((side + 1) * (side + 1) <= length)
            ++side;
        bench.mixer.rank = rankFor(side);
    }
    return bench;
}

} // namespace

Result<Race> race(const RaceSettings& settings, const std::function<void(const RaceEntry&)>& done)
{
    Race race{settings, {}, {}};
    if (race.settings.kinds.empty())
        race.settings.kinds.assign(kMixerKinds.begin(), kMixerKinds.end());
    if (settings.lengths.empty())
        return fail("A race needs at least one length.");
    for (const std::int64_t length : settings.lengths)
        for (const std::string& kind : race.settings.kinds) {
            const OperatorBench bench = benchOf(settings, kind, length);
            RaceEntry entry;
            if (Result<BenchResult> result = benchOperator(bench)) {
                entry.result = *result;
                // Not "above": an error that is NaN is no agreement.
                if (!(result->max_error <= settings.tolerance))
                    entry.problem =
                        fmt::format("Its output differs from the dense product in double precision by {:.2g} "
                                    "of the largest value, more than {:.2g}.",
                                    result->max_error, settings.tolerance);
            } else {
                entry.result.kind = kind;
                entry.result.length = length;
                entry.problem = result.error().message;
            }
            race.entries.push_back(entry);
            if (done)
                done(race.entries.back());
        }
    race.crossovers = crossovers(race.entries);
    return race;
}

std::vector<Crossover> crossovers(const std::vector<RaceEntry>& entries)
{
    std::map<std::int64_t, std::map<std::string, double>> times; // length -> kind -> median
    for (const RaceEntry& entry : entries)
        if (entry.takesPart())
            times[entry.result.length][entry.result.kind] = entry.result.median_seconds;
    std::vector<Crossover> found;
    for (auto here = times.begin(); here != times.end(); ++here) {
        if (here == times.begin())
            continue;
        const auto& before = std::prev(here)->second;
        for (const auto& [faster, time] : here->second)
            for (const auto& [slower, other] : here->second) {
                const auto was = before.find(faster);
                const auto other_was = before.find(slower);
                if (was != before.end() && other_was != before.end() && time < other && was->second > other_was->second)
                    found.push_back({faster, slower, here->first});
            }
    }
    return found;
}

} // namespace toeplab::core
