// SPDX-License-Identifier: Apache-2.0
#include "app/engine/bench_race.h"
#include "app/engine/commands.h"
#include "app/engine/experiment_options.h"
#include "core/bench/race.h"
#include "core/config/choices.h"
#include "core/config/presets.h"

#include <fmt/format.h>

#include <memory>

namespace toeplab::app
{

namespace
{

void printGpu(const core::GpuFigures& figures)
{
    const auto microseconds = [](double seconds) { return 1e6 * seconds; };
    fmt::print("  product alone {:.1f} us forward, {:.1f} us with its backward; copying x takes {:.1f} us\n",
               microseconds(figures.forward_seconds), microseconds(figures.both_seconds),
               microseconds(figures.copy_seconds));
    if (figures.floor_seconds > 0)
        fmt::print("  {:.0f} % of the memory's rate forward, if x were read and y written once\n",
                   100 * figures.floor_seconds / figures.forward_seconds);
    if (figures.eager_forward_seconds > 0)
        fmt::print("  LibTorch's functions take {:.1f} and {:.1f} us: {:.1f} and {:.1f} times as long\n",
                   microseconds(figures.eager_forward_seconds), microseconds(figures.eager_both_seconds),
                   figures.eager_forward_seconds / figures.forward_seconds,
                   figures.eager_both_seconds / figures.both_seconds);
}

int report(const CommandContext& context, const core::Result<core::BenchResult>& bench)
{
    if (!bench)
        return failed(bench.error());
    const core::BenchResult& result = *bench;
    if (context.json) {
        printJson(core::toJson(result));
        return kDone;
    }
    fmt::print("{}{}{}: batch {}, {} channels, length {}, {}\n", result.kind,
               result.algorithm.empty() ? "" : " (" + result.algorithm + ")", result.causal ? ", causal" : "",
               result.batch, result.channels, result.length,
               result.device == "cpu" ? fmt::format("{} threads", result.threads) : result.device);
    fmt::print("  median {:.4f} s, quartiles {:.4f} and {:.4f} s, least {:.4f} s\n", result.median_seconds,
               result.q1_seconds, result.q3_seconds, result.min_seconds);
    fmt::print("  memory {:.0f} MiB over the idle model, {:.0f} MiB in all\n", result.workspace_mib, result.peak_mib);
    if (result.device == "cpu")
        fmt::print("  {:.0f} pages a repetition still come from the system\n", result.page_faults);
    if (result.unrecorded_seconds > 0)
        fmt::print("  recorded and replayed; sent kernel by kernel it takes {:.4f} s, {:.2f} times as long\n",
                   result.unrecorded_seconds, result.unrecorded_seconds / result.median_seconds);
    if (result.clocks)
        fmt::print("  the card's processors ran at {:.0f} of {:.0f} MHz, its memory at {:.0f} MHz\n",
                   result.clocks->processors_mhz, result.clocks->processors_max_mhz, result.clocks->memory_mhz);
    if (result.gpu)
        printGpu(*result.gpu);
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
    CLI::App* group =
        addGroup(app, "bench", "Times one operator, one training step, or all operators against each other",
                 "toeplab bench step listops/tno");

    const auto choice = std::make_shared<core::OperatorBench>();
    CLI::App* one =
        addCommand(*group, context, "operator", "Forward and backward of one operator on random input",
                   "toeplab bench operator --kind tno --length 2048 --channels 128 --batch 8",
                   onDevice(context, [&context, choice] { return report(context, core::benchOperator(*choice)); }));
    const CLI::IsMember kinds(std::vector<std::string>(core::kMixerKinds.begin(), core::kMixerKinds.end()));
    choice->mixer.rpe = "mlp";
    choice->mixer.gamma = 0.99;
    one->add_option("--kind", choice->mixer.kind, "The operator")->check(kinds)->capture_default_str();
    one->add_option("--length", choice->length, "Positions n")->check(CLI::Range(1, 1 << 24))->capture_default_str();
    one->add_option("--channels", choice->channels, "Channels")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    one->add_option("--batch", choice->batch, "Sequences")->check(CLI::Range(1, 1 << 16))->capture_default_str();
    one->add_option("--axes", choice->mixer.axes, "1: sequences; 2: images of H x W = n positions, H = floor(sqrt n)")
        ->check(CLI::IsMember({1, 2}))
        ->capture_default_str();
    one->add_option("--rank", choice->mixer.rank, "Inducing points of ski")->capture_default_str();
    one->add_option("--band", choice->mixer.band, "Taps of ski's band, odd")->capture_default_str();
    one->add_option("--algorithm", choice->mixer.algorithm, "Of a product with one kernel")
        ->check(CLI::IsMember(std::vector<std::string>(core::kAlgorithms.begin(), core::kAlgorithms.end())))
        ->capture_default_str();
    one->add_option("--repeat", choice->repeat, "Timed repetitions")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    one->add_flag("--causal", choice->mixer.causal, "No lag below 0");

    const auto step = std::make_shared<StepChoice>();
    CLI::App* training = addCommand(*group, context, "step", "One training step of an experiment on random input",
                                    "toeplab bench step listops/tno --batch 8 --repeat 5",
                                    onDevice(context, [&context, step] { return benchStep(context, *step); }));
    training->add_option("PRESET", step->preset, "A preset or an experiment file")->required();
    addSetOption(*training, step->settings);
    training->add_option("--batch", step->batch, "Samples (default: the experiment's)")->check(CLI::Range(1, 1 << 16));
    training->add_option("--repeat", step->repeat, "Timed repetitions")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();

    addRaceCommand(*group, context);
}

} // namespace toeplab::app
