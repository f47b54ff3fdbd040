// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"
#include "app/engine/text_table.h"
#include "core/base/home.h"
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

/// A part of the runs that is compared.
struct Part {
    const char* key;
    const char* title;
    nlohmann::ordered_json (*of)(const core::RunData& run);
};
constexpr Part kParts[] = {
    {"settings", "Settings", [](const core::RunData& run) { return core::flattened(run.header.experiment); }},
    {"provenance", "Provenance", core::comparableProvenance},
    {"results", "Results", core::resultsOf}};

std::vector<core::Difference> differencesOf(const std::vector<core::RunData>& runs, const Part& part)
{
    std::vector<nlohmann::ordered_json> values;
    for (const core::RunData& run : runs) {
        values.push_back(part.of(run));
    }
    return core::differences(values);
}

void print(const std::vector<core::RunData>& runs)
{
    TextTable table;
    table.column("");
    for (const core::RunData& run : runs) {
        table.column(std::filesystem::path(run.path).stem().string(), TextTable::Align::Right);
    }
    for (const Part& part : kParts) {
        const auto found = differencesOf(runs, part);
        table.row({found.empty() ? fmt::format("{}: all the same", part.title) : part.title});
        for (const core::Difference& difference : found) {
            std::vector<std::string> cells{"  " + difference.key};
            for (const nlohmann::json& value : difference.values) {
                cells.push_back(valueText(value));
            }
            table.row(std::move(cells));
        }
    }
    fmt::print("{}", table.text());
}

int diff(const CommandContext& context, const std::vector<std::string>& named)
{
    std::vector<core::RunData> runs;
    for (const std::string& name : named) {
        auto run = core::readRun(core::runPath(name));
        if (!run) {
            return failed(run.error());
        }
        runs.push_back(std::move(*run));
    }
    if (!context.json) {
        print(runs);
        return kDone;
    }
    nlohmann::ordered_json json = {{"runs", nlohmann::json::array()}};
    for (const core::RunData& run : runs) {
        json["runs"].push_back(run.path);
    }
    for (const Part& part : kParts) {
        json[part.key] = nlohmann::json::object();
        for (const core::Difference& difference : differencesOf(runs, part)) {
            json[part.key][difference.key] = difference.values;
        }
    }
    printJson(json);
    return kDone;
}

} // namespace

void addRunsDiff(CLI::App& group, CommandContext& context)
{
    const auto runs = std::make_shared<std::vector<std::string>>();
    addCommand(group, context, "diff", "What is not the same in two or more runs: settings, provenance, results",
               "toeplab runs diff tour-1 tour-2", [&context, runs] { return diff(context, *runs); })
        ->add_option("RUN", *runs, "Run files, or names of those in $TOEPLAB_HOME/runs")
        ->required()
        ->expected(2, -1);
}

} // namespace toeplab::app
