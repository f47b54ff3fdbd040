// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"
#include "core/config/fields.h"

#include <utility>

namespace toeplab::core
{
namespace
{

void flatten(const nlohmann::json& json, const std::string& prefix,
             std::vector<std::pair<std::string, nlohmann::json>>& leaves)
{
    for (const auto& [name, value] : json.items()) {
        const std::string key = prefix.empty() ? name : prefix + "." + name;
        if (value.is_object()) {
            flatten(value, key, leaves);
        } else {
            leaves.emplace_back(key, value);
        }
    }
}

Problem unknownKey(const std::string& key)
{
    for (const Section& section : sections()) {
        if (key == section.key) {
            return {key,
                    fmt::format("{} is a group of settings: write them as an object, {{\"{}\": {{...}}}}.", key, key)};
        }
    }
    std::vector<std::string> keys;
    for (const Field& field : fields()) {
        keys.push_back(field.key);
    }
    const auto near = nearest(key, keys);
    return {key, near.empty() ? fmt::format("There is no setting {}. `toeplab presets tour` prints them all.", key)
                              : fmt::format("There is no setting {}. Did you mean {}?", key, alternatives(near))};
}

} // namespace

nlohmann::ordered_json toJson(const Experiment& experiment)
{
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const Field& field : fields()) {
        const std::size_t dot = field.key.find('.');
        if (dot == std::string::npos) {
            json[field.key] = field.get(experiment);
        } else {
            json[field.key.substr(0, dot)][field.key.substr(dot + 1)] = field.get(experiment);
        }
    }
    return json;
}

ParsedExperiment parseExperiment(const nlohmann::json& json, const Experiment& base)
{
    ParsedExperiment parsed{base, {}};
    if (!json.is_object()) {
        parsed.problems.push_back(
            {"", fmt::format("An experiment is a JSON object, {{\"task\": {{...}}, ...}}; this is {} {}.",
                             json.is_array() ? "an" : "a", json.type_name())});
        return parsed;
    }
    std::vector<std::pair<std::string, nlohmann::json>> leaves;
    flatten(json, "", leaves);
    for (const auto& [key, value] : leaves) {
        const Field* field = findField(key);
        if (field == nullptr) {
            parsed.problems.push_back(unknownKey(key));
        } else if (auto checked = field->check(value); !checked) {
            parsed.problems.push_back({key, checked.error().message});
        } else {
            field->set(parsed.experiment, value);
        }
    }
    for (Problem& problem : validate(parsed.experiment)) {
        parsed.problems.push_back(std::move(problem));
    }
    return parsed;
}

Result<Experiment> experimentFromJson(const nlohmann::json& json)
{
    ParsedExperiment parsed = parseExperiment(json);
    if (!parsed.problems.empty()) {
        return tl::unexpected(joined(parsed.problems));
    }
    return std::move(parsed.experiment);
}

Result<void> applySetting(Experiment& experiment, const std::string& assignment)
{
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
        return fail("\"{}\" sets nothing. Write KEY=VALUE, as in train.batch=32.", assignment);
    }
    const std::string key = assignment.substr(0, equals);
    const Field* field = findField(key);
    if (field == nullptr) {
        return tl::unexpected(Error{unknownKey(key).message});
    }
    const auto value = field->parse(std::string_view(assignment).substr(equals + 1));
    if (!value) {
        return tl::unexpected(value.error());
    }
    field->set(experiment, *value);
    return {};
}

Result<void> applySettings(Experiment& experiment, std::span<const std::string> assignments)
{
    Experiment changed = experiment;
    std::vector<Problem> problems;
    for (const std::string& assignment : assignments) {
        if (auto applied = applySetting(changed, assignment); !applied) {
            problems.push_back({assignment.substr(0, assignment.find('=')), applied.error().message});
        }
    }
    for (Problem& problem : validate(changed)) {
        problems.push_back(std::move(problem));
    }
    if (!problems.empty()) {
        return tl::unexpected(joined(problems));
    }
    experiment = std::move(changed);
    return {};
}

Error joined(const std::vector<Problem>& problems)
{
    if (problems.size() == 1) {
        return {problems.front().message};
    }
    std::string text = fmt::format("The experiment has {} problems.", problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
        text += fmt::format("\n  {}. {}", i + 1, problems[i].message);
    }
    return {text};
}

} // namespace toeplab::core
