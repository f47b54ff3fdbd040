// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"
#include "core/base/home.h"
#include "core/base/text.h"
#include "core/runs/doctor.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

namespace toeplab::app
{
namespace
{

struct Options {
    std::string run, copy;
    bool check_only = false;
};

/// A journal stands for its run.
std::string runOf(const std::string& named)
{
    std::filesystem::path path = core::runPath(named);
    return path.extension() == ".journal" ? path.replace_extension(".h5").string() : path.string();
}

/// NAME-salvaged.h5 beside the run, or NAME-salvaged-2.h5, ...
std::string freshCopy(const std::string& path)
{
    const std::filesystem::path run(path);
    const std::string stem = (run.parent_path() / run.stem()).string() + "-salvaged";
    for (int number = 1;; ++number) {
        const std::string copy = number == 1 ? stem + ".h5" : fmt::format("{}-{}.h5", stem, number);
        std::error_code ignored; // what cannot be looked at shows when it is written
        if (!std::filesystem::exists(copy, ignored)) {
            return copy;
        }
    }
}

nlohmann::json toJson(const core::RunCheckup& checkup)
{
    nlohmann::json findings = nlohmann::json::array();
    for (const core::RunFinding& finding : checkup.findings) {
        findings.push_back({{"harm", finding.harm}, {"text", finding.text}});
    }
    return {
        {"run", checkup.path},          {"sound", checkup.sound},
        {"readable", checkup.readable}, {"step", checkup.step < 0 ? nlohmann::json() : nlohmann::json(checkup.step)},
        {"findings", findings},         {"salvaged", nullptr}};
}

nlohmann::json toJson(const core::RunSalvage& salvage)
{
    return {{"path", salvage.path},
            {"step", salvage.step},
            {"rows", salvage.rows},
            {"kernels", salvage.kernels},
            {"last_checkpoint", salvage.last_checkpoint},
            {"best_checkpoint", salvage.best_checkpoint},
            {"lost", salvage.lost}};
}

void print(const core::RunCheckup& checkup)
{
    fmt::print("{}\n", checkup.path);
    for (const core::RunFinding& finding : checkup.findings) {
        fmt::print("  {}  {}\n", finding.harm ? "damage" : "ok    ", finding.text);
    }
    if (checkup.sound) {
        fmt::print("The run is sound.\n");
    }
}

std::string savedText(const core::RunSalvage& salvage)
{
    const auto number = [](auto value) { return core::plainNumber(static_cast<double>(value)); };
    const char* checkpoints = salvage.last_checkpoint && salvage.best_checkpoint ? "both checkpoints"
                              : salvage.last_checkpoint                          ? "the last checkpoint"
                              : salvage.best_checkpoint                          ? "the best checkpoint"
                                                                                 : "no checkpoint";
    return fmt::format("{} rows up to step {}, {} kernels and {}", number(salvage.rows), number(salvage.step),
                       number(salvage.kernels), checkpoints);
}

int doctor(const CommandContext& context, const Options& options)
{
    const std::string path = runOf(options.run);
    const core::RunCheckup checkup = core::examineRun(path);
    nlohmann::json json = toJson(checkup);
    if (!context.json) {
        print(checkup);
    }
    std::optional<core::Result<core::RunSalvage>> salvage;
    if (!checkup.sound && !options.check_only) {
        salvage = core::salvageRun(path, options.copy.empty() ? freshCopy(path) : options.copy);
    }
    if (salvage && *salvage) {
        json["salvaged"] = toJson(**salvage);
        for (const std::string& lost : (*salvage)->lost) {
            context.json ? void() : fmt::print("  lost    {}\n", lost);
        }
    }
    if (context.json) {
        printJson(json);
    }
    if (checkup.sound) {
        return kDone;
    }
    if (!salvage) {
        return failed({fmt::format("{} is damaged. Without --check what can be had is written to a new file.", path)});
    }
    if (!*salvage) {
        return failed(salvage->error());
    }
    return failed({fmt::format("{} is damaged. {} were saved to {}; it stays as it is.", path, savedText(**salvage),
                               (*salvage)->path)});
}

} // namespace

void addRunsDoctor(CLI::App& group, CommandContext& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command = addCommand(
        group, context, "doctor",
        "Read all of a run and its journal against their checksums; of a damaged one, save what there is to a new file",
        "toeplab runs doctor runs/tour.h5 --out saved.h5", [&context, options] { return doctor(context, *options); });
    command->add_option("RUN", options->run, "A run file, a journal, or a name in $TOEPLAB_HOME/runs")->required();
    auto* out =
        command->add_option("--out", options->copy, "Where a damaged run is saved to (default: NAME-salvaged.h5)");
    command->add_flag("--check", options->check_only, "Only look; the exit code is 1 when anything is damaged")
        ->excludes(out);
}

} // namespace toeplab::app
