// SPDX-License-Identifier: Apache-2.0
#include "core/bench/race.h"

#include <fstream>

namespace toeplab::core
{

nlohmann::json toJson(const BenchResult& result)
{
    nlohmann::json json{{"kind", result.kind},
                        {"algorithm", result.algorithm},
                        {"length", result.length},
                        {"channels", result.channels},
                        {"batch", result.batch},
                        {"axes", result.axes},
                        {"causal", result.causal},
                        {"device", result.device},
                        {"threads", result.threads},
                        {"median_seconds", result.median_seconds},
                        {"q1_seconds", result.q1_seconds},
                        {"q3_seconds", result.q3_seconds},
                        {"min_seconds", result.min_seconds},
                        {"peak_mib", result.peak_mib},
                        {"workspace_mib", result.workspace_mib},
                        {"max_error", result.max_error < 0 ? nlohmann::json() : nlohmann::json(result.max_error)},
                        {"parameters", result.parameters},
                        {"page_faults", result.page_faults}};
    if (result.gpu)
        json["gpu"] = {{"forward_seconds", result.gpu->forward_seconds},
                       {"both_seconds", result.gpu->both_seconds},
                       {"eager_forward_seconds", result.gpu->eager_forward_seconds},
                       {"eager_both_seconds", result.gpu->eager_both_seconds},
                       {"eager_difference", result.gpu->eager_difference},
                       {"floor_seconds", result.gpu->floor_seconds},
                       {"copy_seconds", result.gpu->copy_seconds}};
    if (result.unrecorded_seconds > 0)
        json["unrecorded_seconds"] = result.unrecorded_seconds;
    if (result.clocks)
        json["clocks"] = {{"processors_mhz", result.clocks->processors_mhz},
                          {"processors_max_mhz", result.clocks->processors_max_mhz},
                          {"memory_mhz", result.clocks->memory_mhz}};
    if (!result.precision.empty())
        json["precision"] = result.precision;
    if (result.products_seconds > 0) {
        json["products_seconds"] = result.products_seconds;
    }
    return json;
}

nlohmann::json toJson(const Race& race)
{
    const RaceSettings& s = race.settings;
    nlohmann::json json{{"settings",
                         {{"kinds", s.kinds},
                          {"lengths", s.lengths},
                          {"channels", s.channels},
                          {"batch", s.batch},
                          {"repeat", s.repeat},
                          {"rank", s.rank},
                          {"band", s.band},
                          {"axes", s.axes},
                          {"causal", s.causal},
                          {"tolerance", s.tolerance}}},
                        {"entries", nlohmann::json::array()},
                        {"left_out", nlohmann::json::array()},
                        {"crossovers", nlohmann::json::array()}};
    for (const RaceEntry& entry : race.entries) {
        if (entry.takesPart())
            json["entries"].push_back(toJson(entry.result));
        else
            json["left_out"].push_back(
                {{"kind", entry.result.kind},
                 {"length", entry.result.length},
                 {"max_error", entry.result.max_error < 0 ? nlohmann::json() : nlohmann::json(entry.result.max_error)},
                 {"problem", entry.problem}});
    }
    for (const Crossover& crossover : race.crossovers)
        json["crossovers"].push_back(
            {{"faster", crossover.faster}, {"slower", crossover.slower}, {"length", crossover.length}});
    return json;
}

std::string toCsv(const Race& race)
{
    std::string csv = "kind,algorithm,length,channels,batch,axes,causal,threads,median_seconds,q1_seconds,q3_seconds,"
                      "min_seconds,peak_mib,workspace_mib,max_error,parameters,problem\n";
    const auto quoted = [](std::string text) {
        for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 2))
            text.insert(at, 1, '"');
        return '"' + text + '"';
    };
    for (const RaceEntry& entry : race.entries) {
        const BenchResult& r = entry.result;
        csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", r.kind, quoted(r.algorithm),
                           r.length, r.channels, r.batch, r.axes, r.causal, r.threads, r.median_seconds, r.q1_seconds,
                           r.q3_seconds, r.min_seconds, r.peak_mib, r.workspace_mib,
                           r.max_error < 0 ? "" : fmt::format("{}", r.max_error), r.parameters,
                           entry.takesPart() ? "" : quoted(entry.problem));
    }
    return csv;
}

Result<void> writeRace(const Race& race, const std::string& path)
{
    const bool json = path.ends_with(".json");
    if (!json && !path.ends_with(".csv"))
        return fail("{} ends in neither .json nor .csv, the two forms that a race is stored in.", path);
    std::ofstream stream(path, std::ios::trunc);
    stream << (json ? toJson(race).dump(2) + "\n" : toCsv(race));
    stream.close();
    if (!stream)
        return fail("The file {} cannot be written. Check the folder's permissions and the disk's free space.", path);
    return {};
}

} // namespace toeplab::core
