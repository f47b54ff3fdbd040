// SPDX-License-Identifier: Apache-2.0
#include "core/training/preparation.h"

#include "core/base/text.h"
#include "core/config/fields.h"
#include "core/models/functions/products.h"
#include "core/operators/ski/ski_limits.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>
#include <vector>

namespace toeplab::core
{

namespace
{

bool isEnd(const std::string& key)
{
    return key == "train.steps" || key == "train.minutes" || key == "train.epochs";
}

nlohmann::json provenanceOf(const SessionParts& parts, const Experiment& experiment, const Task& task)
{
    nlohmann::json provenance = parts.provenance ? parts.provenance() : nlohmann::json::object();
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    provenance["seed"] = experiment.train.seed;
    provenance["mode"] = experiment.mixer.mode;
    provenance["precision"] = describeProducts(experiment.train.precision);
    provenance["task"] = task.provenance();
    provenance["started"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
    provenance["started_unix"] = static_cast<std::int64_t>(now);
    return provenance;
}

/// What is allowed and yet hardly meant, in a sentence each.
std::vector<std::string> notesOf(const PreparedRun& run, const Task& task)
{
    std::vector<std::string> notes;
    for (const auto& [name, data] : {std::pair("training", run.train.get()), {"validation", run.validation.get()}}) {
        if (data->cutSamples() > 0)
            notes.push_back(fmt::format(
                "{} of {} {} samples of {} are longer than task.length_limit and were cut to {} "
                "positions.",
                plainNumber(static_cast<double>(data->cutSamples())), plainNumber(static_cast<double>(data->size())),
                name, task.name(), plainNumber(static_cast<double>(run.experiment.task.length_limit))));
    }
    if (run.experiment.mixer.kind != "ski")
        return notes;
    for (const LayerInfo& layer : run.header.layers) {
        const std::string warning = skiLimits(run.experiment.mixer, layer.length, layer.length).warning();
        if (!warning.empty() && std::find(notes.begin(), notes.end(), warning) == notes.end())
            notes.push_back(warning);
    }
    return notes;
}

Result<void> loadData(Task& task, PreparedRun& run, const Progress& progress)
{
    // Training data is most of the work.
    constexpr double kTrainShare = 0.9;
    auto train = task.dataset(Split::Train, [&](double done) { return progress(kTrainShare * done); });
    if (!train)
        return tl::unexpected(train.error());
    auto validation =
        task.dataset(Split::Validation, [&](double done) { return progress(kTrainShare + (1 - kTrainShare) * done); });
    if (!validation)
        return tl::unexpected(validation.error());
    if ((*train)->size() == 0 || (*validation)->size() == 0)
        return fail("The task {} has {} training and {} validation samples; both must be more than 0.", task.name(),
                    (*train)->size(), (*validation)->size());
    run.train = std::move(*train);
    run.validation = std::move(*validation);
    return {};
}

} // namespace

Result<Experiment> resumedExperiment(const RunHeader& header, const Experiment& wanted, const std::string& path)
{
    Result<Experiment> experiment = experimentFromJson(header.experiment);
    if (!experiment)
        return experiment;
    std::vector<std::string> differing;
    for (const Field& field : fields()) {
        if (!isEnd(field.key) && field.get(*experiment) != field.get(wanted))
            differing.push_back(field.key);
    }
    if (!differing.empty())
        return fail("{} was trained with other settings: {}. A resumed run may only move its end; start a new run for "
                    "anything else.",
                    path, fmt::join(differing, ", "));
    experiment->train.steps = wanted.train.steps;
    experiment->train.minutes = wanted.train.minutes;
    experiment->train.epochs = wanted.train.epochs;
    return experiment;
}

Result<PreparedRun> prepareRun(const SessionParts& parts, const TrainRequest& request, const Progress& progress,
                               const RunWriter::FailureHandler& on_failure)
{
    PreparedRun run;
    run.experiment = request.experiment;
    Result<std::unique_ptr<Task>> task = parts.make_task(run.experiment.task);
    if (!task)
        return tl::unexpected(task.error());
    if (auto loaded = loadData(**task, run, progress); !loaded)
        return tl::unexpected(loaded.error());
    Result<std::unique_ptr<Trainer>> trainer = parts.make_trainer(run.experiment, (*task)->shape());
    if (!trainer)
        return tl::unexpected(trainer.error());
    run.trainer = std::move(*trainer);
    run.header = {toJson(run.experiment), provenanceOf(parts, run.experiment, **task), run.trainer->parameterCount(),
                  run.trainer->layers()};
    if (!progress(1))
        return fail("The preparation was stopped.");
    if (request.resume) {
        const Result<Checkpoint> checkpoint = parts.read_checkpoint(request.run);
        if (!checkpoint)
            return tl::unexpected(checkpoint.error());
        if (auto restored = run.trainer->restore(*checkpoint, Trainer::Restore::Everything); !restored)
            return tl::unexpected(restored.error());
        run.state = checkpoint->state;
        run.step = checkpoint->step;
    } else {
        run.state = nlohmann::json::object();
    }
    Result<std::unique_ptr<RunWriter>> writer = request.resume ? parts.resume_run(request.run, on_failure)
                                                               : parts.create_run(request.run, run.header, on_failure);
    if (!writer)
        return tl::unexpected(writer.error());
    run.writer = std::move(*writer);
    if (request.resume) { // now that nobody else can write
        const Result<Checkpoint> checkpoint = parts.read_checkpoint(request.run);
        if (!checkpoint || checkpoint->step != run.step || checkpoint->state != run.state)
            return fail("Another program went on with {} while this one prepared it. Resume it again.", request.run);
    }
    run.notes = notesOf(run, **task);
    return run;
}

} // namespace toeplab::core
