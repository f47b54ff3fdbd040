// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_reader.h"
#include "core/training/memory_estimate.h"
#include "core/training/runtime.h"
#include "core/training/session_parts.h"

namespace toeplab::core
{

SessionParts engineParts(const std::string& command_line)
{
    SessionParts parts;
    parts.make_task = makeTask;
    parts.make_trainer = [](const Experiment& experiment, const TaskShape& shape) -> Result<std::unique_ptr<Trainer>> {
        const Result<std::string> problem = memoryProblem(experiment, shape);
        if (!problem)
            return tl::unexpected(problem.error());
        if (!problem->empty())
            return fail("{}", *problem);
        return makeTrainer(experiment, shape);
    };
    parts.create_run = RunWriter::create;
    parts.resume_run = RunWriter::resume;
    parts.read_header = [](const std::string& path) -> Result<RunHeader> {
        Result<RunData> run = readRun(path);
        if (!run)
            return tl::unexpected(run.error());
        if (run->state == RunState::Alive || run->state == RunState::Paused)
            return fail("The run {} is being written by another process. Stop that one first.", path);
        return run->header;
    };
    parts.read_checkpoint = [](const std::string& path) { return readCheckpoint(path, CheckpointKind::Last); };
    parts.fresh_path = freshRunPath;
    parts.provenance = [command_line] { return programProvenance(command_line); };
    return parts;
}

std::unique_ptr<Session> Session::make(SessionSink& sink, const std::string& command_line)
{
    return makeSession(sink, engineParts(command_line));
}

} // namespace toeplab::core
