// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/run_data.h"
#include "core/training/session.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace toeplab::core
{

/// The messages of resources/docs/protocol.md as plain values; message_codec.h turns them into JSON maps and back.

inline constexpr const char* kProtocolVersion = "1.0";

// Requests, window to engine.

struct HelloRequest {
    std::string version = kProtocolVersion;
    std::string client; ///< "toeplab 0.1.0"
};
struct StartRequest {
    nlohmann::json experiment; ///< as in an experiment file
    std::string run;           ///< path; empty: a fresh one
    bool resume = false;
    bool paused = false;
};
struct PauseRequest {
};
struct ResumeRequest {
};
struct CheckpointRequest {
};
struct StepRequest {
    std::int64_t count = 1;
};
struct StopRequest {
    bool checkpoint = true;
};
struct SetRequest {
    std::string key; ///< "optimizer.lr"
    double value = 0;
};
struct WatchRequest {
    std::vector<std::size_t> layers; ///< indices into RunHeader::layers
    double per_second = 10;
};
struct StatusRequest {
};
struct ShutdownRequest {
};
using RequestBody = std::variant<HelloRequest, StartRequest, PauseRequest, ResumeRequest, CheckpointRequest,
                                 StepRequest, StopRequest, SetRequest, WatchRequest, StatusRequest, ShutdownRequest>;
struct Request {
    std::int64_t id = 0;
    RequestBody body;
};

// Answers, engine to window: one for each request, named by its id. `keys` holds what the request's row in the table
// says.

struct Answer {
    std::int64_t id = 0;
    bool ok = true;
    std::string error; ///< one sentence, when not ok
    nlohmann::json keys = nlohmann::json::object();
};
struct HelloAnswer {
    std::string version = kProtocolVersion;
    std::string engine; ///< program version
    std::string device;
    std::int64_t threads = 0;
    std::string libtorch;
    std::int64_t pid = 0;
};

// Events, engine to window, unasked.

struct StartedEvent {
    std::string run;
    RunHeader header;
};
struct MetricsEvent {
    std::vector<MetricsRow> rows; ///< every row since the last such event
};
struct LogEvent {
    std::string level = "info"; ///< info | warning | error
    std::string message;
};
using EventBody = std::variant<SessionStatus, StartedEvent, MetricsEvent, ValidationRow, RunEvent,
                               std::shared_ptr<const KernelFrame>, std::shared_ptr<const LadderFrame>, LogEvent>;

} // namespace toeplab::core
