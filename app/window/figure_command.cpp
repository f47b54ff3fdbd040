// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_command.h"

#include "core/base/home.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/runs/run_reader.h"
#include "widgets/figures/figure_export.h"
#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_loader.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <QtWidgets/QApplication>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace toeplab::app
{
namespace
{

using widgets::FigureKind;
using widgets::FigureSpec;

struct Arguments {
    std::string what, out, bundle, venue, axis, theme, title, device;
    std::vector<std::string> runs, settings;
    double width_mm = 0, height_mm = 0, dpi = 0;
    std::int64_t layer = 0, channel = 0, snapshot = 0;
    int threads = 0;
    bool list = false, json = false, version = false;
};

int failed(const core::Error& error)
{
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return 1;
}

int wrongUsage(const core::Error& error)
{
    std::fprintf(stderr, "%s\nSee `toeplab figure --help`.\n", error.message.c_str());
    return 2;
}

void list(bool json)
{
    nlohmann::json kinds = nlohmann::json::array();
    for (const FigureKind& kind : widgets::figureKinds()) {
        nlohmann::json options = nlohmann::json::array();
        for (const widgets::FigureOption& option : kind.options) {
            nlohmann::json entry{{"key", option.key}, {"meaning", option.meaning}};
            std::visit([&](const auto& fallback) { entry["default"] = fallback; }, option.fallback);
            if (!option.choices.empty())
                entry["choices"] = option.choices;
            options.push_back(std::move(entry));
        }
        kinds.push_back({{"kind", kind.id}, {"shows", kind.shows}, {"options", std::move(options)}});
    }
    if (json) {
        std::printf("%s\n", nlohmann::json{{"kinds", kinds}}.dump().c_str());
        return;
    }
    for (const auto& kind : kinds) {
        std::printf("%-12s %s\n", kind["kind"].get<std::string>().c_str(), kind["shows"].get<std::string>().c_str());
        for (const auto& option : kind["options"])
            std::printf("    --set %s=%s  %s\n", option["key"].get<std::string>().c_str(),
                        option["default"].is_string() ? option["default"].get<std::string>().c_str()
                                                      : option["default"].dump().c_str(),
                        option["meaning"].get<std::string>().c_str());
    }
}

/// --set KEY=VALUE becomes part of the spec's JSON, so that it is checked where a spec file is.
core::Result<FigureSpec> withSettings(const FigureSpec& spec, const std::vector<std::string>& settings)
{
    nlohmann::json json = widgets::toJson(spec);
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            return core::fail("--set {} is not KEY=VALUE.", setting);
        const std::string key = setting.substr(0, equals), value = setting.substr(equals + 1);
        const auto parsed = nlohmann::json::parse(value, nullptr, false);
        nlohmann::json& place = json.contains(key) && key != "options" ? json[key] : json["options"][key];
        place = parsed.is_discarded() ? nlohmann::json(value) : parsed;
    }
    return widgets::specFromJson(json);
}

/// Parts of a kernel are those that a run of ski has, unless others are asked for.
core::Result<FigureSpec> withOwnParts(const FigureSpec& spec, const std::vector<std::string>& settings)
{
    const auto asked = [&settings](const char* key) {
        return std::any_of(settings.begin(), settings.end(),
                           [key](const std::string& one) { return one.rfind(std::string(key) + "=", 0) == 0; });
    };
    if ((spec.kind != "split" && spec.kind != "inducing") || spec.runs.empty() || asked("band") || asked("rank"))
        return spec;
    const auto run = core::readRun(spec.runs.front());
    if (!run) // whoever draws says so
        return spec;
    const nlohmann::json mixer = run->header.experiment.value("mixer", nlohmann::json::object());
    if (mixer.value("kind", "") != "ski")
        return spec;
    return withSettings(spec, {fmt::format("band={}", (mixer.value("band", 1) - 1) / 2),
                               fmt::format("rank={}", mixer.value("rank", 2))});
}

core::Result<FigureSpec> specOf(const CLI::App& app, const Arguments& arguments)
{
    FigureSpec spec;
    if (std::filesystem::path(arguments.what).extension() == ".json") {
        auto read = widgets::readSpec(arguments.what);
        if (!read)
            return read;
        spec = *read;
    } else if (widgets::findKind(arguments.what)) {
        spec = widgets::makeSpec(arguments.what);
    } else {
        return tl::make_unexpected(widgets::unknownKind(arguments.what));
    }
    if (!arguments.runs.empty()) {
        spec.runs.clear();
        for (const std::string& run : arguments.runs)
            spec.runs.push_back(core::runPath(run));
    }
    if (!arguments.venue.empty()) {
        if (auto known = widgets::applyVenue(spec, arguments.venue); !known)
            return tl::make_unexpected(known.error());
    }
    const auto given = [&](const char* name) { return app.count(name) > 0; };
    if (given("--width-mm"))
        spec.width_mm = arguments.width_mm;
    if (given("--height-mm"))
        spec.height_mm = arguments.height_mm;
    if (given("--dpi"))
        spec.dpi = arguments.dpi;
    if (given("--layer"))
        spec.layer = arguments.layer;
    if (given("--axis"))
        spec.axis = arguments.axis;
    if (given("--channel"))
        spec.channel = arguments.channel;
    if (given("--snapshot"))
        spec.snapshot = arguments.snapshot;
    if (given("--title"))
        spec.title = arguments.title;
    if (given("--theme"))
        spec.theme = arguments.theme == "dark" ? widgets::ThemeKind::Dark : widgets::ThemeKind::Light;
    const widgets::FigureKind* kind = widgets::findKind(spec.kind);
    if (kind != nullptr && !kind->needs.rows && spec.runs.size() > 1)
        return core::fail("A figure {} draws one run, and {} are named. Name one; training and compare draw several.",
                          spec.kind, spec.runs.size());
    if (widgets::findKind(arguments.what) != nullptr) {
        auto own = withOwnParts(spec, arguments.settings);
        if (!own)
            return own;
        spec = *own;
    }
    return withSettings(spec, arguments.settings);
}

std::string defaultOut(const FigureSpec& spec)
{
    const std::string run = spec.runs.empty() ? "figure" : std::filesystem::path(spec.runs.front()).stem().string();
    return core::toeplabHome() + "/figures/" + run + "-" + spec.kind + ".pdf";
}

int draw(const FigureSpec& spec, const Arguments& arguments)
{
    if (spec.runs.empty())
        return wrongUsage({"A figure is drawn from a run: name one with --run FILE.h5."});
    const std::string out = !arguments.out.empty() || !arguments.bundle.empty() ? arguments.out : defaultOut(spec);
    if (!out.empty()) {
        if (auto format = widgets::formatOf(out); !format)
            return wrongUsage(format.error());
    }
    const auto data = widgets::loadFigureData(spec);
    if (!data)
        return failed(data.error());
    if (!out.empty()) {
        if (auto written = widgets::exportFigure(spec, *data, out); !written)
            return failed(written.error());
    }
    if (!arguments.bundle.empty()) {
        if (auto written = widgets::exportBundle(spec, *data, arguments.bundle); !written)
            return failed(written.error());
    }
    if (arguments.json) {
        nlohmann::json json{{"kind", spec.kind}, {"width_mm", spec.width_mm}, {"height_mm", spec.heightMm()}};
        json["figure"] = out.empty() ? nlohmann::json() : nlohmann::json(out);
        json["bundle"] = arguments.bundle.empty() ? nlohmann::json() : nlohmann::json(arguments.bundle);
        std::printf("%s\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    } else {
        std::printf("%s\n", (out.empty() ? arguments.bundle : out).c_str());
    }
    return 0;
}

} // namespace

int runFigureCommand(int argc, char** argv)
{
    CLI::App app("Draw a figure from run files, with no display.", "toeplab figure");
    Arguments arguments;
    app.add_option("figure", arguments.what, "A kind (see --list), or the JSON or the spec that an export wrote")
        ->type_name("KIND|SPEC.json");
    app.add_flag("--list", arguments.list, "Name the kinds and their options");
    app.add_option("--run", arguments.runs,
                   "Run file, or a run as `runs list` names it; several for training and compare")
        ->type_name("FILE.h5")
        ->allow_extra_args(false);
    app.add_option("--out", arguments.out, "What to write (default: figures/RUN-KIND.pdf in your Toeplab folder)")
        ->type_name("FILE.pdf|svg|png|csv|json");
    app.add_option("--bundle", arguments.bundle, "Write figure, data, spec and a matplotlib script into this folder")
        ->type_name("DIR");
    std::vector<std::string> names;
    for (const widgets::Venue& venue : widgets::venues())
        names.push_back(venue.name);
    app.add_option("--venue", arguments.venue, "Width and text size for " + core::alternatives(names))
        ->type_name("NAME");
    app.add_option("--width-mm", arguments.width_mm, "Width (default 82.6)");
    app.add_option("--height-mm", arguments.height_mm, "Height (default: the kind's proportion)");
    app.add_option("--dpi", arguments.dpi, "Of PNG, and of maps inside PDF and SVG (default 300)");
    app.add_option("--layer", arguments.layer, "Block, from 1 (default 1)");
    app.add_option("--axis", arguments.axis, "sequence, row or column");
    app.add_option("--channel", arguments.channel, "From 0; -1 draws the median over channels (default)");
    app.add_option("--snapshot", arguments.snapshot, "Step of the kernel snapshot; -1 is the last (default)");
    app.add_option("--title", arguments.title, "Title of the document");
    app.add_option("--theme", arguments.theme, "light (default) or dark")->check(CLI::IsMember({"light", "dark"}));
    app.add_option("--set", arguments.settings, "An option of the kind, or any key of a spec")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    app.add_flag("--json", arguments.json, "Say on standard output in JSON what was written");
    app.add_option("--threads", arguments.threads, "Taken by every command; a figure is drawn by one thread");
    app.add_option("--device", arguments.device, "Taken by every command; figures are drawn on the CPU");
    app.add_flag("--version", arguments.version, "Print the version");
    app.footer("Example:\n  toeplab figure toeplitz --run tour.h5 --layer 2 --venue ICML --out toeplitz.pdf");
    try {
        app.parse(argc - 1, argv + 1);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return wrongUsage({error.what()});
    }
    if (arguments.version) {
        std::printf("%s\n", core::buildInfo().text().c_str());
        return 0;
    }
    if (arguments.list) {
        list(arguments.json);
        return 0;
    }
    if (arguments.what.empty())
        return wrongUsage({"Say what to draw: a kind, as `toeplab figure --list` names them, or a spec file."});
    const auto spec = specOf(app, arguments);
    if (!spec)
        return wrongUsage(spec.error());
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // A page is as large as its mm say, whatever the window that asks for it is scaled by.
    for (const char* variable : {"QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_FONT_DPI"})
        qunsetenv(variable);
    int one = 1;
    const QApplication application(one, argv);
    return draw(*spec, arguments);
}

} // namespace toeplab::app
