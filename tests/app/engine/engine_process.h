// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/message_codec.h"
#include "core/protocol/message_decoder.h"

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace toeplab::test
{

/// How a process ended and what it wrote.
struct Finished {
    int code = -1; ///< exit status, or -signal
    std::string out, err;
};

/// Runs the engine with these arguments to its end. home: its TOEPLAB_HOME.
[[nodiscard]] Finished runEngine(const std::vector<std::string>& arguments, const std::string& home);

/// A running engine behind three pipes.
class EngineProcess
{
public:
    EngineProcess(const std::vector<std::string>& arguments, const std::string& home);
    ~EngineProcess(); ///< kills it if it still lives
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    void send(const core::Bytes& bytes);
    void closeInput();
    void signal(int number);
    /// Reads what it says until `done` or the end of its output; false: it ended first.
    bool readUntil(const std::function<bool()>& done);
    [[nodiscard]] Finished wait(); ///< closes nothing: reads both outputs to their ends

    /// A request over the protocol; reads until its answer.
    core::Answer ask(core::RequestBody body);
    /// Reads until the newest status fulfils `condition`; the test fails when the engine ends first.
    bool untilStatus(const std::function<bool(const core::SessionStatus&)>& condition);

    core::SessionStatus status; ///< newest
    std::vector<core::MetricsRow> rows;
    std::vector<core::RunEvent> marks;
    std::vector<core::LogEvent> logs;
    std::vector<std::shared_ptr<const core::KernelFrame>> kernels;
    std::vector<std::shared_ptr<const core::LadderFrame>> ladders;
    std::vector<core::StartedEvent> started;
    std::string protocol_error;                                               ///< of what the engine sent
    [[nodiscard]] const std::string& output() const { return finished_.out; } ///< so far

private:
    void readSome();
    void takeMessages();

    pid_t pid_ = -1;
    int in_ = -1, out_ = -1, err_ = -1;
    Finished finished_;
    core::MessageDecoder decoder_;
    bool speaks_protocol_;
    std::vector<core::Answer> answers_;
    std::int64_t id_ = 0;
};

} // namespace toeplab::test
