// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/experiment_options.h"
#include "core/bench/bench.h"
#include "core/config/presets.h"

#include <fmt/format.h>

#include <memory>

namespace toeplab::app
{

namespace
{

int report(const CommandContext& context, const core::Result<core::BenchResult>& bench)
{
    if (!bench)
        return failed(bench.error());
    const core::BenchResult& result = *bench;
    if (context.json) {
        nlohmann::json json{{"kind", result.kind},
                            {"length", result.length},
                            {"channels", result.channels},
                            {"batch", result.batch},
                            {"causal", result.causal},
                            {"device", "cpu"},
                            {"threads", result.threads},
                            {"median_seconds", result.median_seconds},
                            {"min_seconds", result.min_seconds},
                            {"peak_mib", result.peak_mib},
                            {"workspace_mib", result.workspace_mib},
                            {"max_error", result.max_error < 0 ? nlohmann::json() : nlohmann::json(result.max_error)},
                            {"parameters", result.parameters},
                            {"page_faults", result.page_faults}};
        if (result.products_seconds > 0) {
            json["products_seconds"] = result.products_seconds;
            json["precision"] = result.precision;
        }
        printJson(json);
        return kDone;
    }
    fmt::print("{}{}: batch {}, {} channels, length {}, {} threads\n", result.kind, result.causal ? ", causal" : "",
               result.batch, result.channels, result.length, result.threads);
    fmt::print("  median {:.4f} s, least {:.4f} s\n", result.median_seconds, result.min_seconds);
    fmt::print("  memory {:.0f} MiB over the idle model, {:.0f} MiB in all\n", result.workspace_mib, result.peak_mib);
    fmt::print("  {:.0f} pages a repetition still come from the system\n", result.page_faults);
    if (result.products_seconds > 0)
        fmt::print("  {}; {:.2f} times the matrix products alone ({:.4f} s in fp32)\n", result.precision,
                   result.min_seconds / result.products_seconds, result.products_seconds);
    if (result.max_error >= 0)
        fmt::print("  largest error against the dense product in float64: {:.1e} of the largest value\n",
                   result.max_error);
    return kDone;
}

struct StepChoice {
    std::string preset;
    std::vector<std::string> settings;
    std::int64_t batch = 0, repeat = 5;
};

int benchStep(const CommandContext& context, const StepChoice& choice)
{
    core::Result<core::Experiment> experiment = core::presetOrFile(choice.preset);
    if (!experiment)
        return wrongUsage(experiment.error());
    std::vector<std::string> settings = choice.settings;
    if (choice.batch > 0)
        settings.push_back(fmt::format("train.batch={}", choice.batch));
    if (auto applied = applySettings(*experiment, settings); !applied)
        return wrongUsage(applied.error());
    const core::Result<std::unique_ptr<core::Task>> task = core::makeTask(experiment->task);
    if (!task)
        return failed(task.error());
    return report(context, core::benchStep(*experiment, (*task)->shape(), choice.repeat));
}

} // namespace

void addBenchCommand(CLI::App& app, CommandContext& context)
{
    CLI::App* group = addGroup(app, "bench", "Times one operator or one training step");

    const auto choice = std::make_shared<core::OperatorBench>();
    CLI::App* one = addCommand(*group, context, "operator", "Forward and backward of one operator on random input",
                               "toeplab bench operator --kind tno --length 2048 --channels 128 --batch 8",
                               [&context, choice] { return report(context, core::benchOperator(*choice)); });
    choice->mixer.rpe = "mlp";
    choice->mixer.gamma = 0.99;
    one->add_option("--kind", choice->mixer.kind, "tno")->check(CLI::IsMember({"tno"}))->capture_default_str();
    one->add_option("--length", choice->length, "Positions n")->check(CLI::Range(1, 1 << 24))->capture_default_str();
    one->add_option("--channels", choice->channels, "Channels")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    one->add_option("--batch", choice->batch, "Sequences")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    one->add_option("--axes", choice->mixer.axes, "Axes")->check(CLI::IsMember({1}))->capture_default_str();
    one->add_option("--repeat", choice->repeat, "Timed repetitions")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    one->add_flag("--causal", choice->mixer.causal, "No lag below 0");

    const auto step = std::make_shared<StepChoice>();
    CLI::App* training = addCommand(*group, context, "step", "One training step of an experiment on random input",
                                    "toeplab bench step listops/tno --batch 8 --repeat 5",
                                    [&context, step] { return benchStep(context, *step); });
    training->add_option("PRESET", step->preset, "A preset or an experiment file")->required();
    addSetOption(*training, step->settings);
    training->add_option("--batch", step->batch, "Samples (default: the experiment's)")->check(CLI::Range(1, 1 << 16));
    training->add_option("--repeat", step->repeat, "Timed repetitions")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
}

} // namespace toeplab::app
