// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/interrupt.h"
#include "app/engine/progress_line.h"
#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/tasks/data_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace toeplab::app
{
namespace
{

std::string number(std::int64_t value)
{
    return core::plainNumber(static_cast<double>(value));
}

nlohmann::json toJson(const core::DataSet& set)
{
    nlohmann::json files = nlohmann::json::array();
    for (const core::DataFile& file : set.files) {
        nlohmann::json row{
            {"split", file.split}, {"path", file.path}, {"bytes", file.bytes}, {"samples", file.samples}};
        if (!file.samples_of_label.empty()) {
            row["shortest"] = file.shortest;
            row["longest"] = file.longest;
            row["samples_of_label"] = file.samples_of_label;
        }
        files.push_back(std::move(row));
    }
    return {{"task", set.task},         {"name", set.name},       {"path", set.path},      {"files", files},
            {"repeated", set.repeated}, {"remarks", set.remarks}, {"problem", set.problem}};
}

void print(const core::DataSet& set)
{
    fmt::print("{}{}{}\n", set.task, set.path.empty() ? "" : "  ", set.path);
    for (const core::DataFile& file : set.files) {
        fmt::print("  {:<5} {:>9} samples  {:>8.1f} MiB{}\n", file.split, number(file.samples),
                   static_cast<double>(file.bytes) / (1024.0 * 1024.0),
                   file.longest == 0 ? ""
                                     : fmt::format("  {} to {} tokens", number(file.shortest), number(file.longest)));
    }
    if (!set.problem.empty()) {
        fmt::print("  {}\n", set.problem);
    }
    for (const std::string& remark : set.remarks) {
        fmt::print("  {}\n", remark);
    }
}

/// The result of a command on one data set; `use` is said to people at the end.
int report(const CommandContext& context, const core::Result<core::DataSet>& set, const std::string& use)
{
    if (!set) {
        const int code = failed(set.error());
        return interrupted() ? kStopped : code;
    }
    if (context.json) {
        printJson(toJson(*set));
    } else {
        print(*set);
        fmt::print("{}", use);
    }
    return kDone;
}

void addList(CLI::App& group, CommandContext& context)
{
    addCommand(group, context, "list", "What is there, how many samples, what is missing and how to get it",
               "toeplab data list", [&context] {
                   nlohmann::json list = nlohmann::json::array();
                   for (const core::DataSet& set : core::listData()) {
                       context.json ? list.push_back(toJson(set)) : print(set);
                   }
                   if (context.json) {
                       printJson({{"data", list}});
                   }
                   return kDone;
               });
}

void addGenerate(CLI::App& group, CommandContext& context)
{
    struct Options {
        std::string task, folder;
        std::vector<std::pair<std::string, std::string>> settings; ///< key and what was typed
    };
    /// Option names and the settings that they stand for.
    static const std::vector<std::pair<std::string, std::string>> kSettings{
        {"--samples", "task.train_samples"},     {"--val-samples", "task.val_samples"},
        {"--test-samples", "task.test_samples"}, {"--seed", "task.data_seed"},
        {"--longer-than", "task.min_length"},    {"--shorter-than", "task.max_length"},
        {"--depth", "task.max_depth"},           {"--arguments", "task.max_args"}};
    const auto options = std::make_shared<Options>();
    options->settings.resize(kSettings.size());
    CLI::App* command = addCommand(
        group, context, "generate", "Write generated data as the published files, by default of the published size",
        "toeplab data generate listops --to listops-small --samples 1000 --seed 1", [&context, options] {
            core::Experiment experiment;
            experiment.train.batch = 1;
            std::vector<std::string> assignments{"task.name=" + options->task};
            for (const auto& [key, text] : options->settings) {
                if (!text.empty()) {
                    assignments.push_back(key + "=" + text);
                }
            }
            if (auto applied = core::applySettings(experiment, assignments); !applied) {
                return wrongUsage(applied.error());
            }
            watchInterrupts();
            const auto made = core::generateData(experiment.task, options->folder, progressLine("Generating"));
            return report(context, made,
                          fmt::format("Train on it with --set task.path={}\n", made ? made->path : std::string()));
        });
    command->add_option("TASK", options->task, "listops")->required();
    command->add_option("--to", options->folder, "Folder to write to; it is made")->required();
    for (std::size_t i = 0; i < kSettings.size(); ++i) {
        options->settings[i].first = kSettings[i].second;
        const core::Field* field = core::findField(kSettings[i].second);
        command->add_option(kSettings[i].first, options->settings[i].second,
                            fmt::format("{} (default: {})", field->meaning, field->get(core::Experiment()).dump()));
    }
}

void addImport(CLI::App& group, CommandContext& context)
{
    struct Options {
        std::string task, path, name;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = addCommand(
        group, context, "import", "Check published files line by line and copy them to where every run finds them",
        "toeplab data import listops Downloads/lra_release", [&context, options] {
            watchInterrupts();
            const auto set = core::importData(options->task, options->path, options->name, progressLine("Importing"));
            return report(context, set,
                          fmt::format("Train on it with --set task.path={}\n", set ? set->name : std::string()));
        });
    command->add_option("TASK", options->task, "listops")->required();
    command->add_option("PATH", options->path, "Folder with the files at any depth, or one file")->required();
    command->add_option("--name", options->name, "Name of the data set (default: the folder's or the file's)");
}

int verifyAll(const CommandContext& context, const std::string& task)
{
    int code = kDone;
    nlohmann::json list = nlohmann::json::array();
    for (const core::DataSet& listed : core::listData()) {
        if (listed.task != task) {
            continue;
        }
        core::DataSet set = listed;
        if (!listed.path.empty()) {
            if (auto verified = core::verifyData(task, listed.path, progressLine("Checking " + listed.name))) {
                set = std::move(*verified);
                set.name = listed.name;
            } else {
                set.problem = verified.error().message;
                code = interrupted() ? kStopped : kFailed;
            }
        }
        context.json ? list.push_back(toJson(set)) : print(set);
    }
    if (context.json) {
        printJson({{"data", list}});
    }
    return code;
}

void addVerify(CLI::App& group, CommandContext& context)
{
    struct Options {
        std::string task, path;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = addCommand(
        group, context, "verify", "Read every line of imported data, or of the files at PATH, and check each label",
        "toeplab data verify listops", [&context, options] {
            watchInterrupts();
            const auto names = core::taskNames();
            if (options->path.empty() && std::find(names.begin(), names.end(), options->task) != names.end()) {
                return verifyAll(context, options->task);
            }
            return report(context, core::verifyData(options->task, options->path, progressLine("Checking")),
                          "Every label is right.\n");
        });
    command->add_option("TASK", options->task, "listops")->required();
    command->add_option("PATH", options->path, "Folder or file (default: all imported data of the task)");
}

} // namespace

void addDataCommand(CLI::App& app, CommandContext& context)
{
    CLI::App* group = addGroup(app, "data", "List, generate, import or verify data", "toeplab data list");
    addList(*group, context);
    addGenerate(*group, context);
    addImport(*group, context);
    addVerify(*group, context);
}

} // namespace toeplab::app
