// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_spec.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <type_traits>

namespace toeplab::widgets
{
namespace
{

constexpr int kVersion = 1;

/// Collects what is wrong while reading, the first of which is told.
class Reader
{
public:
    explicit Reader(const nlohmann::json& json) : json_(json) {}

    void number(const char* key, double& value, double least, double most)
    {
        const auto* entry = take(key);
        if (!entry)
            return;
        if (!entry->is_number() || !(entry->get<double>() >= least) || !(entry->get<double>() <= most))
            complain(fmt::format("\"{}\" is {}, but must be a number from {} to {}.", key, entry->dump(),
                                 core::plainNumber(least), core::plainNumber(most)));
        else
            value = entry->get<double>();
    }
    void integer(const char* key, std::int64_t& value, std::int64_t least)
    {
        const auto* entry = take(key);
        if (!entry)
            return;
        if (!entry->is_number_integer() || entry->get<std::int64_t>() < least)
            complain(fmt::format("\"{}\" is {}, but must be an integer from {} up.", key, entry->dump(), least));
        else
            value = entry->get<std::int64_t>();
    }
    void text(const char* key, std::string& value)
    {
        const auto* entry = take(key);
        if (!entry)
            return;
        if (!entry->is_string())
            complain(fmt::format("\"{}\" is {}, but must be text in quotes.", key, entry->dump()));
        else
            value = entry->get<std::string>();
    }
    void flag(const char* key, bool& value)
    {
        const auto* entry = take(key);
        if (!entry)
            return;
        if (!entry->is_boolean())
            complain(fmt::format("\"{}\" is {}, but must be true or false.", key, entry->dump()));
        else
            value = entry->get<bool>();
    }
    const nlohmann::json* take(const char* key)
    {
        known_.emplace_back(key);
        const auto found = json_.find(key);
        return found == json_.end() ? nullptr : &*found;
    }
    void complain(const std::string& problem)
    {
        if (problem_.empty())
            problem_ = problem;
    }
    /// The first problem, or a key that nobody asked for; empty: none.
    [[nodiscard]] std::string problem() const
    {
        if (!problem_.empty())
            return problem_;
        for (const auto& [key, value] : json_.items()) {
            if (std::find(known_.begin(), known_.end(), key) != known_.end())
                continue;
            const auto near = core::nearest(key, known_);
            return fmt::format("There is no key \"{}\".{}", key,
                               near.empty() ? " Known are " + core::alternatives(known_) + "."
                                            : " Did you mean " + core::alternatives(near) + "?");
        }
        return {};
    }

private:
    const nlohmann::json& json_;
    std::vector<std::string> known_;
    std::string problem_;
};

void readOption(Reader& reader, const FigureOption& option, std::map<std::string, OptionValue>& options)
{
    OptionValue value = option.fallback;
    std::visit(
        [&](auto& now) {
            using T = std::decay_t<decltype(now)>;
            if constexpr (std::is_same_v<T, bool>)
                reader.flag(option.key.c_str(), now);
            else if constexpr (std::is_same_v<T, double>)
                reader.number(option.key.c_str(), now, option.lowest, option.highest);
            else
                reader.text(option.key.c_str(), now);
        },
        value);
    if (const auto* text = std::get_if<std::string>(&value);
        text && std::find(option.choices.begin(), option.choices.end(), *text) == option.choices.end())
        reader.complain(
            fmt::format("\"{}\" is \"{}\", but must be {}.", option.key, *text, core::alternatives(option.choices)));
    if (value != option.fallback)
        options[option.key] = value;
}

} // namespace

nlohmann::json toJson(const FigureSpec& spec)
{
    nlohmann::json json{{"toeplab_figure", kVersion},
                        {"kind", spec.kind},
                        {"runs", spec.runs},
                        {"layer", spec.layer},
                        {"axis", spec.axis},
                        {"channel", spec.channel},
                        {"quantile_low", spec.quantile_low},
                        {"quantile_high", spec.quantile_high},
                        {"snapshot", spec.snapshot},
                        {"venue", spec.venue},
                        {"width_mm", spec.width_mm},
                        {"height_mm", spec.height_mm},
                        {"dpi", spec.dpi},
                        {"font_pt", spec.font_pt},
                        {"line_pt", spec.line_pt},
                        {"axis_pt", spec.axis_pt},
                        {"theme", spec.theme == ThemeKind::Light ? "light" : "dark"},
                        {"title", spec.title},
                        {"legend", spec.legend},
                        {"options", nlohmann::json::object()},
                        {"ranges", nlohmann::json::object()}};
    if (const FigureKind* kind = findKind(spec.kind)) {
        for (const FigureOption& option : kind->options) {
            const auto set = spec.options.find(option.key);
            const OptionValue& value = set == spec.options.end() ? option.fallback : set->second;
            std::visit([&](const auto& plain) { json["options"][option.key] = plain; }, value);
        }
    }
    for (const auto& [axis, range] : spec.ranges)
        json["ranges"][axis] = {range[0], range[1]};
    return json;
}

core::Result<FigureSpec> specFromJson(const nlohmann::json& json)
{
    if (!json.is_object())
        return core::fail("A figure spec is a JSON object, but this is {}.", json.type_name());
    Reader reader(json);
    FigureSpec spec;
    std::int64_t version = kVersion;
    reader.integer("toeplab_figure", version, 1);
    if (version > kVersion)
        return core::fail("This figure spec has version {}, this program reads up to {}. Use a newer Toeplab.", version,
                          kVersion);
    reader.text("kind", spec.kind);
    const FigureKind* kind = findKind(spec.kind);
    if (!kind)
        return tl::make_unexpected(unknownKind(spec.kind));
    if (const auto* runs = reader.take("runs")) {
        if (runs->is_array() &&
            std::all_of(runs->begin(), runs->end(), [](const auto& run) { return run.is_string(); }))
            spec.runs = runs->get<std::vector<std::string>>();
        else
            reader.complain("\"runs\" must be a list of file names.");
    }
    reader.integer("layer", spec.layer, 1);
    reader.text("axis", spec.axis);
    reader.integer("channel", spec.channel, -1);
    reader.number("quantile_low", spec.quantile_low, 0, 1);
    reader.number("quantile_high", spec.quantile_high, 0, 1);
    reader.integer("snapshot", spec.snapshot, -1);
    reader.text("venue", spec.venue);
    reader.number("width_mm", spec.width_mm, 20, 2000);
    reader.number("height_mm", spec.height_mm, 0, 2000);
    reader.number("dpi", spec.dpi, 20, 2400);
    reader.number("font_pt", spec.font_pt, 3, 72);
    reader.number("line_pt", spec.line_pt, 0.05, 20);
    reader.number("axis_pt", spec.axis_pt, 0.05, 20);
    std::string theme = "light";
    reader.text("theme", theme);
    if (theme != "light" && theme != "dark")
        reader.complain(fmt::format("\"theme\" is \"{}\", but must be light or dark.", theme));
    spec.theme = theme == "dark" ? ThemeKind::Dark : ThemeKind::Light;
    reader.text("title", spec.title);
    reader.flag("legend", spec.legend);
    std::string option_problem;
    if (const auto* options = reader.take("options"); options && options->is_object()) {
        Reader option_reader(*options);
        for (const FigureOption& option : kind->options)
            readOption(option_reader, option, spec.options);
        option_problem = option_reader.problem();
    } else if (options) {
        reader.complain("\"options\" must be an object.");
    }
    if (const auto* ranges = reader.take("ranges"); ranges && ranges->is_object()) {
        for (const auto& [axis, range] : ranges->items()) {
            if (range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number() &&
                range[0] < range[1])
                spec.ranges[axis] = {range[0].get<double>(), range[1].get<double>()};
            else
                reader.complain(fmt::format("The range of \"{}\" is {}, but must be [low, high].", axis, range.dump()));
        }
    } else if (ranges) {
        reader.complain("\"ranges\" must be an object.");
    }
    if (spec.quantile_low > spec.quantile_high)
        reader.complain("\"quantile_low\" is above \"quantile_high\".");
    const std::string problem = reader.problem().empty() ? option_problem : reader.problem();
    if (!problem.empty())
        return core::fail("{}", problem);
    return spec;
}

core::Result<FigureSpec> readSpec(const std::string& path)
{
    std::ifstream file(path);
    if (!file)
        return core::fail("The figure spec {} cannot be opened. Check the name.", path);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    if (json.is_discarded())
        return core::fail("{} is not JSON. A figure spec is written by an export, or by `toeplab figure --bundle`.",
                          path);
    // A figure that was exported as JSON has its spec beside its table.
    const bool exported = json.is_object() && json.contains("spec") && json.contains("table");
    auto spec = specFromJson(exported ? json["spec"] : json);
    if (!spec)
        return core::fail("{}: {}", path, spec.error().message);
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    for (std::string& run : spec->runs) {
        if (std::filesystem::path(run).is_relative())
            run = (folder / run).lexically_normal().string();
    }
    return spec;
}

} // namespace toeplab::widgets
