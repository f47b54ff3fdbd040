// SPDX-License-Identifier: Apache-2.0
#include "core/config/presets.h"

#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/config/preset_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace toeplab::core
{
namespace
{

/// Line of a byte offset, 1-based.
std::size_t lineOf(const std::string& text, std::size_t offset)
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

/// `where` begins the sentence of an error: "The file x.json".
Result<Preset> readPreset(const std::string& text, const std::string& where, const std::string& name)
{
    nlohmann::json json;
    try {
        json = nlohmann::json::parse(text, nullptr, true, true); // comments allowed
    } catch (const nlohmann::json::parse_error& error) {
        return fail("{} is no JSON from line {} on. Correct it there, or start from `toeplab presets tour`.", where,
                    lineOf(text, error.byte));
    }
    Preset preset;
    preset.name = name;
    if (json.is_object() && json.contains("summary") && json["summary"].is_string()) {
        preset.summary = json["summary"].get<std::string>();
        json.erase("summary");
    }
    auto experiment = experimentFromJson(json);
    if (!experiment) {
        return fail("{} cannot be used as it is. {}", where, experiment.error().message);
    }
    preset.experiment = std::move(*experiment);
    if (preset.experiment.name.empty()) {
        preset.experiment.name = name;
    }
    return preset;
}

std::vector<Preset> readCompiledIn()
{
    std::vector<Preset> made;
    for (const detail::PresetFile& file : detail::presetFiles()) {
        auto preset = readPreset(file.text, "The preset " + file.name, file.name);
        if (!preset) { // the tests read every preset: a build that passed them does not come here
            throw std::logic_error(preset.error().message);
        }
        made.push_back(std::move(*preset));
    }
    std::sort(made.begin(), made.end(), [](const Preset& a, const Preset& b) {
        const bool a_first = a.name == "tour", b_first = b.name == "tour";
        return a_first != b_first ? a_first : a.name < b.name;
    });
    return made;
}

} // namespace

const std::vector<Preset>& presets()
{
    static const std::vector<Preset> kPresets = readCompiledIn();
    return kPresets;
}

Result<Experiment> presetOrFile(const std::string& name_or_path)
{
    std::vector<std::string> names;
    for (const Preset& preset : presets()) {
        if (preset.name == name_or_path) {
            return preset.experiment;
        }
        names.push_back(preset.name);
    }
    const std::filesystem::path path(name_or_path);
    std::error_code ignored; // a path that cannot be looked at is not there
    if (!std::filesystem::is_regular_file(path, ignored)) {
        const auto near = nearest(name_or_path, names);
        return fail("There is no preset or file {}. {}", name_or_path,
                    near.empty() ? "The presets are " + alternatives(names) + "; a file is given by its path."
                                 : "Did you mean " + alternatives(near) + "?");
    }
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream) {
        return fail("The file {} cannot be read. Check its permissions.", name_or_path);
    }
    return readPreset(text, "The file " + name_or_path, path.stem().string()).map([](Preset&& preset) {
        return std::move(preset.experiment);
    });
}

} // namespace toeplab::core
