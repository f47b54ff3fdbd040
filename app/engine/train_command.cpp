// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/experiment_options.h"
#include "app/engine/interrupt.h"
#include "app/engine/train_report.h"
#include "core/base/home.h"
#include "core/config/fields.h"
#include "core/config/presets.h"
#include "core/runs/run_reader.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

namespace toeplab::app
{

namespace
{

struct TrainChoice {
    std::string preset, run;
    std::vector<std::string> settings;
    std::int64_t steps = 0, seed = 0;
    double minutes = 0, epochs = 0;
    bool resume = false;
    bool seeded = false;
};

/// The preset or file, or the resumed run's own experiment.
core::Result<core::Experiment> chosenExperiment(const TrainChoice& choice)
{
    if (!choice.resume) {
        if (choice.preset.empty())
            return core::fail(
                "What is to be trained? Name a preset or an experiment file; `toeplab presets` lists them.");
        return core::presetOrFile(choice.preset);
    }
    if (choice.run.empty())
        return core::fail("Which run is to be resumed? Name its file with --run FILE.h5.");
    const core::Result<core::RunData> run = core::readRun(choice.run);
    if (!run)
        return tl::unexpected(run.error());
    auto experiment = core::experimentFromJson(run->header.experiment);
    if (!experiment || choice.preset.empty())
        return experiment;
    const auto preset = core::presetOrFile(choice.preset);
    if (preset && preset->name != experiment->name)
        return core::fail(
            "{} is a run of {}, not of {}. Leave the preset out to resume it, or --resume out to train anew.",
            choice.run, experiment->name, preset->name);
    return preset ? experiment : preset;
}

/// An end on the command line takes the place of the experiment's ends.
void applyEnds(core::TrainSettings& train, const TrainChoice& choice)
{
    if (choice.steps > 0 || choice.minutes > 0 || choice.epochs > 0) {
        train.steps = choice.steps;
        train.minutes = choice.minutes;
        train.epochs = choice.epochs;
    }
    if (choice.seeded)
        train.seed = choice.seed;
}

bool over(core::SessionState state)
{
    return state == core::SessionState::Finished || state == core::SessionState::Stopped ||
           state == core::SessionState::Failed;
}

int train(const CommandContext& context, TrainChoice choice)
{
    if (choice.resume)
        choice.run = core::runPath(choice.run);
    core::Result<core::Experiment> experiment = chosenExperiment(choice);
    if (!experiment)
        return choice.resume && !choice.run.empty() ? failed(experiment.error()) : wrongUsage(experiment.error());
    if (!choice.resume && !choice.run.empty() && std::filesystem::path(choice.run).extension() != ".h5")
        return wrongUsage({fmt::format("--run {}: the name of a run file ends in .h5, as in {}.h5.", choice.run,
                                       std::filesystem::path(choice.run).replace_extension().string())});
    applyEnds(experiment->train, choice);
    if (auto applied = applySettings(*experiment, choice.settings); !applied)
        return wrongUsage(applied.error());
    watchInterrupts();
    TrainReport report(experiment->train, context.json);
    const std::unique_ptr<core::Session> session = core::Session::make(report, context.command_line);
    if (auto started = session->start({*experiment, choice.run, choice.resume, false}); !started)
        return failed(started.error());
    bool asked = false;
    while (!over(session->status().state)) {
        if (interrupted() && !asked) {
            asked = true;
            static_cast<void>(session->stop(true)); // it may have ended by itself meanwhile
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const core::SessionStatus status = session->wait();
    report.ended(status);
    if (status.state == core::SessionState::Failed)
        return failed({status.message});
    return status.state == core::SessionState::Stopped ? kStopped : kDone;
}

} // namespace

void addTrainCommand(CLI::App& app, CommandContext& context)
{
    const auto choice = std::make_shared<TrainChoice>();
    CLI::App* command =
        addCommand(app, context, "train", "Train without a window", "toeplab train tour --minutes 1 --seed 1",
                   onDevice(context, [&context, choice] { return train(context, *choice); }));
    command->add_option("PRESET", choice->preset, "A preset or an experiment file");
    addSetOption(*command, choice->settings);
    command->add_option("--run", choice->run, "The run file (default: a new one in $TOEPLAB_HOME/runs)");
    command->add_option("--steps", choice->steps, "End after so many optimiser steps")->check(aboveZero());
    command->add_option("--minutes", choice->minutes, "End after so much training time")->check(aboveZero());
    command->add_option("--epochs", choice->epochs, "End after so many passes over the data")->check(aboveZero());
    command->add_option("--seed", choice->seed, "Of initial values, dropout and the order of the data")
        ->check(fromZero())
        ->each([choice](const std::string&) { choice->seeded = true; });
    command->add_flag("--resume", choice->resume, "Go on with RUN exactly where its last checkpoint is");
}

} // namespace toeplab::app
