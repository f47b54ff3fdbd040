// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"
#include "app/engine/text_table.h"
#include "core/base/home.h"
#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/runs/run_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace toeplab::app
{
namespace
{

constexpr const char* kUnreadable = "unreadable";

struct Options {
    std::string folder, name, sort = "started";
    std::vector<std::string> states, settings;
    std::size_t limit = 0; ///< 0: all
    bool reverse = false;
};

/// mixer.kind=ski, understood.
struct Wanted {
    std::string key;
    nlohmann::json value;
};

core::Result<std::vector<Wanted>> wantedSettings(const std::vector<std::string>& assignments)
{
    std::vector<Wanted> wanted;
    for (const std::string& assignment : assignments) {
        core::Experiment ignored;
        if (auto known = core::applySetting(ignored, assignment); !known) { // names the neighbours of a wrong key
            return tl::unexpected(known.error());
        }
        const core::Field* field = core::findField(assignment.substr(0, assignment.find('=')));
        wanted.push_back({field->key, field->get(ignored)});
    }
    return wanted;
}

bool hasSettings(const std::string& path, const std::vector<Wanted>& wanted)
{
    if (wanted.empty()) {
        return true;
    }
    const auto run = core::readRun(path);
    if (!run) {
        return false;
    }
    const core::Experiment experiment = core::parseExperiment(run->header.experiment).experiment;
    return std::all_of(wanted.begin(), wanted.end(), [&](const Wanted& setting) {
        return core::findField(setting.key)->get(experiment) == setting.value;
    });
}

std::string stateOf(const core::RunSummary& run)
{
    return run.problem.empty() ? core::toString(run.state) : kUnreadable;
}

/// Smaller comes first; what has no value comes last.
double rankOf(const core::RunSummary& run, const std::string& sort)
{
    const double value = sort == "step"       ? -static_cast<double>(run.step)
                         : sort == "loss"     ? run.loss
                         : sort == "accuracy" ? -run.best_accuracy
                                              : -run.started_unix;
    return std::isnan(value) || !run.problem.empty() ? std::numeric_limits<double>::infinity() : value;
}

void sortRuns(std::vector<core::RunSummary>& runs, const std::string& sort)
{
    std::stable_sort(runs.begin(), runs.end(), [&](const core::RunSummary& a, const core::RunSummary& b) {
        if (sort == "name") {
            return a.name < b.name;
        }
        if (sort == "state") {
            return stateOf(a) < stateOf(b);
        }
        return rankOf(a, sort) < rankOf(b, sort);
    });
}

nlohmann::json toJson(const core::RunSummary& run)
{
    nlohmann::json row{{"name", run.name}, {"path", run.path}, {"state", stateOf(run)}, {"problem", run.problem}};
    if (run.problem.empty()) {
        row.update({{"preset", run.experiment},
                    {"step", run.step},
                    {"loss", run.loss},
                    {"best_accuracy", run.best_accuracy},
                    {"started_unix", run.started_unix}});
    }
    return row;
}

void print(const std::vector<core::RunSummary>& runs)
{
    using Align = TextTable::Align;
    TextTable table;
    table.column("name").column("state").column("preset").column("step", Align::Right).column("loss", Align::Right);
    table.column("best accuracy", Align::Right).column("started");
    std::string problems;
    for (const core::RunSummary& run : runs) {
        if (!run.problem.empty()) {
            table.row({run.name, kUnreadable});
            problems += run.problem + '\n';
            continue;
        }
        const auto shown = [](double value, double scale, const char* unit) {
            return std::isfinite(value) ? fmt::format("{:.{}f}{}", scale * value, scale == 1 ? 4 : 2, unit) : "-";
        };
        table.row({run.name, stateOf(run), run.experiment, core::plainNumber(static_cast<double>(run.step)),
                   shown(run.loss, 1, ""), shown(run.best_accuracy, 100, " %"), timeText(run.started_unix)});
    }
    fmt::print("{}{}{}", table.text(), problems.empty() ? "" : "\n", problems);
}

int list(const CommandContext& context, const Options& options)
{
    const bool own = options.folder.empty();
    const std::string folder = own ? core::toeplabHome() + "/runs" : options.folder;
    std::error_code error;
    if (!own && !std::filesystem::is_directory(folder, error)) {
        return failed({fmt::format("There is no folder {}. Give the folder that holds the run files.", folder)});
    }
    const auto wanted = wantedSettings(options.settings);
    if (!wanted) {
        return wrongUsage(wanted.error());
    }
    std::vector<core::RunSummary> runs = core::listRuns(folder);
    const std::size_t all = runs.size();
    std::erase_if(runs, [&](const core::RunSummary& run) {
        const bool state = options.states.empty() || std::find(options.states.begin(), options.states.end(),
                                                               stateOf(run)) != options.states.end();
        const bool name = run.name.find(options.name) != std::string::npos;
        return !state || !name || !hasSettings(run.path, *wanted);
    });
    sortRuns(runs, options.sort);
    if (options.reverse) {
        std::reverse(runs.begin(), runs.end());
    }
    if (options.limit > 0 && runs.size() > options.limit) {
        runs.resize(options.limit);
    }
    if (context.json) {
        nlohmann::json rows = nlohmann::json::array();
        for (const core::RunSummary& run : runs) {
            rows.push_back(toJson(run));
        }
        printJson({{"folder", folder}, {"runs", rows}});
    } else if (all == 0) {
        fmt::print("There are no runs in {}. Make one with: toeplab train tour --minutes 1\n", folder);
    } else if (runs.empty()) {
        fmt::print("None of the {} runs in {} is like that.\n", all, folder);
    } else {
        print(runs);
    }
    return kDone;
}

} // namespace

void addRunsList(CLI::App& group, CommandContext& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        addCommand(group, context, "list", "The runs of a folder: state, step, loss, best validation accuracy",
                   "toeplab runs list --where mixer.kind=ski --sort accuracy",
                   [&context, options] { return list(context, *options); });
    command->add_option("FOLDER", options->folder, "Folder of run files (default: $TOEPLAB_HOME/runs)");
    command->add_option("--state", options->states, "Only these: alive, paused, crashed, stopped, finished, unreadable")
        ->check(CLI::IsMember({"alive", "paused", "crashed", "stopped", "finished", kUnreadable}))
        ->allow_extra_args(false);
    command->add_option("--name", options->name, "Only names that contain this");
    command->add_option("--where", options->settings, "Only runs with this setting, KEY=VALUE; repeatable")
        ->allow_extra_args(false);
    command
        ->add_option("--sort", options->sort,
                     "started (newest first), name, state, step, loss or accuracy (best first)")
        ->check(CLI::IsMember({"started", "name", "state", "step", "loss", "accuracy"}));
    command->add_flag("--reverse", options->reverse, "The other way round");
    command->add_option("--limit", options->limit, "At most so many")->check(aboveZero());
}

} // namespace toeplab::app
