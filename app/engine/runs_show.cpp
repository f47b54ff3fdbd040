// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"
#include "app/engine/text_table.h"
#include "core/base/home.h"
#include "core/base/text.h"
#include "core/runs/run_compare.h"
#include "core/runs/run_reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <vector>

namespace toeplab::app
{
namespace
{

nlohmann::ordered_json toJson(const core::RunData& run)
{
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < run.header.layers.size(); ++i) {
        const core::LayerInfo& info = run.header.layers[i];
        layers.push_back({{"layer", info.layer},
                          {"axis", info.axis},
                          {"kind", info.kind},
                          {"mode", info.mode},
                          {"causal", info.causal},
                          {"channels", info.channels},
                          {"length", info.length},
                          {"description", info.description},
                          {"snapshots", run.kernel_steps[i]}});
    }
    nlohmann::ordered_json events = nlohmann::ordered_json::array();
    for (const core::RunEvent& event : run.events) {
        events.push_back({{"step", event.step},
                          {"unix_seconds", event.unix_seconds},
                          {"kind", event.kind},
                          {"text", event.text},
                          {"value", event.value}});
    }
    nlohmann::ordered_json validation = nlohmann::ordered_json::array();
    for (const core::ValidationRow& row : run.validation) {
        validation.push_back({{"step", row.step},
                              {"split", row.split},
                              {"loss", row.loss},
                              {"accuracy", row.accuracy},
                              {"samples", row.samples}});
    }
    return {{"run", run.path},
            {"state", core::toString(run.state)},
            {"recovery", run.recovery},
            {"results", core::resultsOf(run)},
            {"settings", run.header.experiment},
            {"provenance", run.header.provenance},
            {"layers", layers},
            {"validation", validation},
            {"events", events}};
}

void printValues(const std::string& title, const nlohmann::ordered_json& values)
{
    TextTable table;
    table.column("").column("");
    for (const auto& [key, value] : values.items()) {
        if (key == "started_unix") { // `started` says the same
            continue;
        }
        table.row({key, valueText(value)});
    }
    fmt::print("\n{}\n{}", title, table.text(2));
}

/// "9 from step 0 to 1,200"
std::string stepsText(const std::vector<std::int64_t>& steps)
{
    const auto number = [](auto value) { return core::plainNumber(static_cast<double>(value)); };
    if (steps.empty()) {
        return "none";
    }
    return steps.size() == 1
               ? "1, of step " + number(steps[0])
               : fmt::format("{}, steps {} to {}", steps.size(), number(steps.front()), number(steps.back()));
}

void printLayers(const core::RunData& run)
{
    using Align = TextTable::Align;
    TextTable table;
    table.column("layer", Align::Right).column("axis").column("kind").column("mode").column("causal");
    table.column("channels", Align::Right).column("length", Align::Right).column("kernels stored").column("what");
    for (std::size_t i = 0; i < run.header.layers.size(); ++i) {
        const core::LayerInfo& info = run.header.layers[i];
        table.row({fmt::format("{}", info.layer), info.axis, info.kind, info.mode, info.causal ? "yes" : "no",
                   fmt::format("{}", info.channels), fmt::format("{}", info.length), stepsText(run.kernel_steps[i]),
                   info.description});
    }
    fmt::print("\nLayers\n{}", table.text(2));
}

void printEvents(const core::RunData& run)
{
    TextTable table;
    table.column("step", TextTable::Align::Right).column("time").column("what");
    for (const core::RunEvent& event : run.events) {
        table.row({core::plainNumber(static_cast<double>(event.step)), timeText(event.unix_seconds), event.text});
    }
    if (!table.empty()) {
        fmt::print("\nMarks\n{}", table.text(2));
    }
}

int show(const CommandContext& context, const std::string& named)
{
    const auto run = core::readRun(core::runPath(named));
    if (!run) {
        return failed(run.error());
    }
    if (context.json) {
        printJson(toJson(*run));
        return kDone;
    }
    fmt::print("{}\n", run->path);
    if (!run->recovery.empty()) {
        fmt::print("{}\n", run->recovery);
    }
    printValues("Results", core::resultsOf(*run));
    printValues("Settings", core::flattened(run->header.experiment));
    printValues("Provenance", core::flattened(run->header.provenance));
    printLayers(*run);
    printEvents(*run);
    return kDone;
}

} // namespace

void addRunsShow(CLI::App& group, CommandContext& context)
{
    const auto run = std::make_shared<std::string>();
    addCommand(group, context, "show", "One run: results, settings, provenance, layers, stored kernels, marks",
               "toeplab runs show tour-3", [&context, run] { return show(context, *run); })
        ->add_option("RUN", *run, "A run file, or the name of one in $TOEPLAB_HOME/runs")
        ->required();
}

} // namespace toeplab::app
