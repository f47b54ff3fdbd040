// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_store.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace toeplab::core
{

namespace
{

constexpr std::array<std::pair<RunState, const char*>, 5> kStates = {{{RunState::Alive, "alive"},
                                                                      {RunState::Paused, "paused"},
                                                                      {RunState::Crashed, "crashed"},
                                                                      {RunState::Stopped, "stopped"},
                                                                      {RunState::Finished, "finished"}}};

constexpr std::int64_t kMostValues = std::int64_t{1} << 28; // of a kernel's half

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

void addLadder(std::map<std::int64_t, LadderSnapshot>& ladder, const LadderSnapshot& snapshot)
{
    if (ladder.size() >= RunStore::kMostLadders && !ladder.contains(snapshot.step)) {
        std::vector<std::int64_t> steps;
        steps.reserve(ladder.size());
        for (const auto& entry : ladder)
            steps.push_back(entry.first);
        ladder.erase(steps[mostCrowded(steps)]);
    }
    ladder[snapshot.step] = snapshot;
}

} // namespace

RunStore::RunStore(RunHeader run_header) : header(std::move(run_header)), kernels(header.layers.size()) {}

void RunStore::apply(const RunRecord& record)
{
    std::visit(Overloaded{[&](const MetricsRow& row) { training.append(row); },
                          [&](const ValidationRow& row) { validation.push_back(row); },
                          [&](const RunEvent& event) { events.push_back(event); },
                          [&](const StoredKernel& kernel) { kernels.add(kernel); },
                          [&](const LadderSnapshot& snapshot) { addLadder(ladder, snapshot); },
                          [&](RunState said) { state = said; }},
               record);
}

double RunStore::bestAccuracy() const
{
    return core::bestAccuracy(validation);
}

double bestAccuracy(const std::vector<ValidationRow>& rows)
{
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const ValidationRow& row : rows) {
        if (row.split == "val" && !(row.accuracy <= best)) // also from NaN
            best = std::isnan(row.accuracy) ? best : row.accuracy;
    }
    return best;
}

bool hasEnded(RunState state)
{
    return state == RunState::Stopped || state == RunState::Finished;
}

std::string layerGroup(const LayerInfo& info)
{
    const std::string name = fmt::format("layer_{:02}", info.layer);
    return info.axis == "sequence" ? name : name + "_" + info.axis;
}

Result<void> checkLayers(const RunHeader& header)
{
    std::set<std::string> groups;
    for (const LayerInfo& info : header.layers) {
        if (info.channels < 1 || info.length < 1 || info.channels > kMostValues ||
            info.length > kMostValues / info.channels)
            return fail(
                "Layer {} has {} channels and length {}: both must be at least 1, and their product at most {}.",
                info.layer, info.channels, info.length, kMostValues);
        if (info.axis.empty() || info.axis.find('/') != std::string::npos || !groups.insert(layerGroup(info)).second)
            return fail("Two layers of the run would be stored as {}: each needs a number and an axis of its own.",
                        layerGroup(info));
    }
    return {};
}

nlohmann::json toJson(const LayerInfo& info)
{
    return {{"layer", info.layer},   {"axis", info.axis},
            {"kind", info.kind},     {"mode", info.mode},
            {"causal", info.causal}, {"channels", info.channels},
            {"length", info.length}, {"description", info.description}};
}

LayerInfo layerFromJson(const nlohmann::json& json)
{
    LayerInfo info;
    json.at("layer").get_to(info.layer);
    json.at("axis").get_to(info.axis);
    json.at("kind").get_to(info.kind);
    json.at("mode").get_to(info.mode);
    json.at("causal").get_to(info.causal);
    json.at("channels").get_to(info.channels);
    json.at("length").get_to(info.length);
    json.at("description").get_to(info.description);
    return info;
}

std::string toString(RunState state)
{
    for (const auto& [value, name] : kStates) {
        if (value == state)
            return name;
    }
    return "crashed";
}

RunState stateFromString(const std::string& text)
{
    for (const auto& [value, name] : kStates) {
        if (text == name)
            return value;
    }
    return RunState::Crashed;
}

std::string cleanText(const std::string& text)
{
    const std::string quoted =
        nlohmann::json(text.substr(0, text.find('\0'))).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return nlohmann::json::parse(quoted).get<std::string>();
}

std::string jsonText(const nlohmann::json& json, int indent)
{
    return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace toeplab::core
