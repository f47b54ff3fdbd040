// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/config/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace toeplab::app
{
namespace
{

int listPresets(const CommandContext& context)
{
    if (context.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const core::Preset& preset : core::presets()) {
            list.push_back({{"name", preset.name}, {"summary", preset.summary}});
        }
        printJson({{"presets", list}});
        return kDone;
    }
    std::size_t width = 0;
    for (const core::Preset& preset : core::presets()) {
        width = std::max(width, preset.name.size());
    }
    for (const core::Preset& preset : core::presets()) {
        fmt::print("{:<{}}  {}\n", preset.name, width, preset.summary);
    }
    return kDone;
}

int printPreset(const CommandContext& context, const std::string& name)
{
    std::vector<std::string> names;
    for (const core::Preset& preset : core::presets()) {
        names.push_back(preset.name);
        if (preset.name == name) {
            const auto json = core::toJson(preset.experiment);
            fmt::print("{}\n", context.json ? json.dump() : json.dump(2));
            return kDone;
        }
    }
    const auto near = core::nearest(name, names);
    return failed({fmt::format("There is no preset {}. {}", name,
                               near.empty() ? "`toeplab presets` lists them."
                                            : fmt::format("Did you mean {}?", core::alternatives(near)))});
}

} // namespace

void addPresetsCommand(CLI::App& app, CommandContext& context)
{
    const auto name = std::make_shared<std::string>();
    addCommand(app, context, "presets", "List the presets, or print one as JSON that `train` accepts back",
               "toeplab presets tour > mine.json",
               [&context, name] { return name->empty() ? listPresets(context) : printPreset(context, *name); })
        ->add_option("NAME", *name, "The preset to print; without it all are listed");
}

} // namespace toeplab::app
