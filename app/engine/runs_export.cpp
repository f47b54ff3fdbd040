// SPDX-License-Identifier: Apache-2.0
#include "app/engine/runs_command.h"
#include "core/base/home.h"
#include "core/runs/run_export.h"
#include "core/runs/run_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <vector>

namespace toeplab::app
{
namespace
{

struct Options {
    std::string run, folder, snapshot = "last", format = "npy";
    std::vector<std::string> parts{"curves", "settings", "kernels"};
    std::int64_t layer = 0; ///< 0: all
};

/// The stored steps of a layer that were asked for.
core::Result<std::vector<std::int64_t>> chosenSteps(const core::RunData& run, std::size_t layer,
                                                    const std::string& snapshot)
{
    const std::vector<std::int64_t>& steps = run.kernel_steps[layer];
    if (steps.empty() || snapshot == "all") {
        return steps;
    }
    if (snapshot == "last") {
        return std::vector<std::int64_t>{steps.back()};
    }
    std::int64_t step = -1;
    const char* const end = snapshot.data() + snapshot.size();
    const auto [parsed, error] = std::from_chars(snapshot.data(), end, step);
    if (error != std::errc{} || parsed != end) {
        return core::fail("--snapshot is \"{}\": it must be last, all or the number of a step.", snapshot);
    }
    if (!std::binary_search(steps.begin(), steps.end(), step)) {
        return core::fail("The run {} holds no kernel of layer {} at step {}. `toeplab runs show {} --json` lists the "
                          "steps it holds.",
                          run.path, run.header.layers[layer].layer, step, run.path);
    }
    return std::vector<std::int64_t>{step};
}

core::Result<std::vector<std::string>> exportKernels(const core::RunData& run, const Options& options)
{
    std::vector<std::string> files;
    const auto format = options.format == "npy" ? core::KernelFormat::Npy : core::KernelFormat::Csv;
    bool found = false;
    for (std::size_t layer = 0; layer < run.header.layers.size(); ++layer) {
        if (options.layer > 0 && run.header.layers[layer].layer != options.layer) {
            continue;
        }
        found = true;
        const auto steps = chosenSteps(run, layer, options.snapshot);
        if (!steps) {
            return tl::unexpected(steps.error());
        }
        for (const std::int64_t step : *steps) {
            auto file = core::exportKernel(run, layer, step, format, options.folder);
            if (!file) {
                return tl::unexpected(file.error());
            }
            files.push_back(std::move(*file));
        }
    }
    if (!found && options.layer > 0) {
        return core::fail("The run {} has no layer {}; it has {}.", run.path, options.layer, run.header.layers.size());
    }
    return files;
}

int exportRun(const CommandContext& context, Options options)
{
    const auto run = core::readRun(core::runPath(options.run));
    if (!run) {
        return failed(run.error());
    }
    if (options.folder.empty()) {
        options.folder = std::filesystem::path(run->path).stem().string() + "-export";
    }
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    if (error) {
        return failed({fmt::format("The folder {} cannot be made: {}. Choose another one with --to.", options.folder,
                                   error.message())});
    }
    std::vector<std::string> files;
    for (const std::string& part : options.parts) {
        auto written = part == "curves"     ? core::exportCurves(*run, options.folder)
                       : part == "settings" ? core::exportSettings(*run, options.folder)
                                            : exportKernels(*run, options);
        if (!written) {
            return failed(written.error());
        }
        files.insert(files.end(), written->begin(), written->end());
    }
    if (context.json) {
        printJson({{"run", run->path}, {"folder", options.folder}, {"files", files}});
        return kDone;
    }
    for (const std::string& file : files) {
        fmt::print("{}\n", (std::filesystem::path(options.folder) / file).string());
    }
    return kDone;
}

} // namespace

void addRunsExport(CLI::App& group, CommandContext& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command = addCommand(group, context, "export",
                                   "Curves as CSV, settings as JSON that `train` accepts back, kernels as NumPy arrays",
                                   "toeplab runs export tour-3 --to tour-3 --snapshot all",
                                   [&context, options] { return exportRun(context, *options); });
    command->add_option("RUN", options->run, "A run file, or the name of one in $TOEPLAB_HOME/runs")->required();
    command->add_option("--to", options->folder, "Folder to write to; it is made (default: NAME-export, here)");
    command->add_option("--what", options->parts, "curves, settings, kernels; separated by commas (default: all)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"curves", "settings", "kernels"}));
    command->add_option("--snapshot", options->snapshot, "Kernels of which step: last, all or a step (default: last)");
    command->add_option("--layer", options->layer, "Kernels of this layer only")->check(aboveZero());
    command->add_option("--format", options->format, "Of kernels: npy or csv (default: npy)")
        ->check(CLI::IsMember({"npy", "csv"}));
}

} // namespace toeplab::app
