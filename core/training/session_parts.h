// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_writer.h"
#include "core/tasks/task.h"
#include "core/training/session.h"
#include "core/training/trainer.h"

#include <functional>
#include <memory>
#include <string>

namespace toeplab::core
{

/// What a session is made of, so that tests can put in a tiny model or a writer without a disk.
struct SessionParts {
    std::function<Result<std::unique_ptr<Task>>(const TaskSettings&)> make_task;
    std::function<Result<std::unique_ptr<Trainer>>(const Experiment&, const TaskShape&)> make_trainer;
    std::function<Result<std::unique_ptr<RunWriter>>(const std::string&, RunHeader, RunWriter::FailureHandler)>
        create_run;
    std::function<Result<std::unique_ptr<RunWriter>>(const std::string&, RunWriter::FailureHandler)> resume_run;
    std::function<Result<RunHeader>(const std::string&)> read_header;
    std::function<Result<Checkpoint>(const std::string&)> read_checkpoint; ///< the last one
    std::function<std::string(const std::string&)> fresh_path;             ///< of a run of an experiment of this name
    std::function<nlohmann::json()> provenance; ///< of the program: version, libtorch, threads, host, command
};

/// The parts of the real engine; command_line goes into the run's provenance.
[[nodiscard]] SessionParts engineParts(const std::string& command_line);

[[nodiscard]] std::unique_ptr<Session> makeSession(SessionSink& sink, SessionParts parts);

} // namespace toeplab::core
