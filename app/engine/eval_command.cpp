// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/experiment_options.h"
#include "app/engine/interrupt.h"
#include "app/engine/progress_line.h"
#include "app/engine/runs_command.h"
#include "core/base/home.h"
#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/runs/run_reader.h"
#include "core/tasks/task.h"
#include "core/training/evaluation.h"

#include <fmt/format.h>

#include <memory>

namespace toeplab::app
{

namespace
{

struct EvalChoice {
    std::string run, split = "test", checkpoint = "last";
    std::vector<std::string> settings;
};

int evaluate(const CommandContext& context, EvalChoice choice)
{
    watchInterrupts();
    choice.run = core::runPath(choice.run);
    const core::Result<core::RunData> run = core::readRun(choice.run);
    if (!run)
        return failed(run.error());
    core::Result<core::Experiment> experiment = core::experimentFromJson(run->header.experiment);
    if (!experiment)
        return failed(experiment.error());
    if (auto applied = applySettings(*experiment, choice.settings); !applied)
        return wrongUsage(applied.error());
    const core::Result<core::Checkpoint> checkpoint = core::readCheckpoint(
        choice.run, choice.checkpoint == "best" ? core::CheckpointKind::Best : core::CheckpointKind::Last);
    if (!checkpoint)
        return failed(checkpoint.error());
    const core::Result<std::unique_ptr<core::Task>> task = core::makeTask(experiment->task);
    if (!task)
        return failed(task.error());
    const core::Split split = core::splitFromString(choice.split).value();
    const auto dataset = (*task)->dataset(split, progressLine("Preparing the data"));
    if (!dataset)
        return interrupted() ? kStopped : failed(dataset.error());
    core::Result<std::unique_ptr<core::Trainer>> trainer = core::makeTrainer(*experiment, (*task)->shape());
    if (!trainer)
        return failed(trainer.error());
    if (auto restored = (*trainer)->restore(*checkpoint, core::Trainer::Restore::ModelOnly); !restored)
        return failed(restored.error());
    const std::optional<core::EvalOutcome> outcome =
        core::evaluateSplit(**trainer, **dataset, experiment->train.batch, 0, progressLine("Evaluating"));
    if (!outcome)
        return kStopped;
    const auto samples = static_cast<double>(outcome->samples);
    const double loss = outcome->loss_sum / samples;
    const double accuracy = static_cast<double>(outcome->correct) / samples;
    if (const std::int64_t cut = (*dataset)->cutSamples(); cut > 0)
        fmt::print(stderr, "{} samples are longer than task.length_limit and were cut to {} positions.\n",
                   core::plainNumber(static_cast<double>(cut)),
                   core::plainNumber(static_cast<double>(experiment->task.length_limit)));
    if (context.json)
        printJson({{"run", choice.run},
                   {"split", choice.split},
                   {"checkpoint", choice.checkpoint},
                   {"step", checkpoint->step},
                   {"samples", outcome->samples},
                   {"loss", loss},
                   {"accuracy", accuracy}});
    else
        fmt::print("{}, {} checkpoint of step {}: {} samples of the {} split, loss {:.4f}, accuracy {:.2f} %\n",
                   choice.run, choice.checkpoint, checkpoint->step, outcome->samples, choice.split, loss,
                   100 * accuracy);
    return kDone;
}

} // namespace

void addEvalCommand(CLI::App& app, CommandContext& context)
{
    const auto choice = std::make_shared<EvalChoice>();
    CLI::App* command = addCommand(app, context, "eval", "Evaluate a checkpoint of a run on every sample of a split",
                                   "toeplab eval runs/tour.h5 --split test --json",
                                   onDevice(context, [&context, choice] { return evaluate(context, *choice); }));
    command->add_option("RUN", choice->run, "A run file, or a run as `runs list` names it")->required();
    command->add_option("--split", choice->split, "train, val or test")
        ->check(CLI::IsMember({"train", "val", "test"}))
        ->capture_default_str();
    command->add_option("--checkpoint", choice->checkpoint, "last or best")
        ->check(CLI::IsMember({"last", "best"}))
        ->capture_default_str();
    addSetOption(*command, choice->settings);
}

} // namespace toeplab::app
