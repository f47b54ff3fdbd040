// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/map_reader.h"
#include "core/protocol/message_codec.h"

#include <array>
#include <type_traits>

namespace toeplab::core
{

namespace
{

template <typename T>
constexpr const char* kName = nullptr;
template <>
constexpr const char* kName<HelloRequest> = "hello";
template <>
constexpr const char* kName<StartRequest> = "start";
template <>
constexpr const char* kName<PauseRequest> = "pause";
template <>
constexpr const char* kName<ResumeRequest> = "resume";
template <>
constexpr const char* kName<CheckpointRequest> = "checkpoint";
template <>
constexpr const char* kName<StepRequest> = "step";
template <>
constexpr const char* kName<StopRequest> = "stop";
template <>
constexpr const char* kName<SetRequest> = "set";
template <>
constexpr const char* kName<WatchRequest> = "watch";
template <>
constexpr const char* kName<StatusRequest> = "status";
template <>
constexpr const char* kName<ShutdownRequest> = "shutdown";

void write(nlohmann::json& json, const HelloRequest& body)
{
    json["version"] = body.version;
    json["client"] = body.client;
}
void write(nlohmann::json& json, const StartRequest& body)
{
    json["experiment"] = body.experiment;
    json["run"] = body.run;
    json["resume"] = body.resume;
    json["paused"] = body.paused;
}
void write(nlohmann::json& json, const StepRequest& body)
{
    json["count"] = body.count;
}
void write(nlohmann::json& json, const StopRequest& body)
{
    json["checkpoint"] = body.checkpoint;
}
void write(nlohmann::json& json, const SetRequest& body)
{
    json["key"] = body.key;
    json["value"] = body.value;
}
void write(nlohmann::json& json, const WatchRequest& body)
{
    json["layers"] = body.layers;
    json["per_second"] = body.per_second;
}
template <typename T>
requires std::is_empty_v<T>
void write(nlohmann::json&, const T&) {}

void read(MapReader& reader, HelloRequest& body)
{
    body.version = reader.text("version");
    body.client = reader.text("client");
}
void read(MapReader& reader, StartRequest& body)
{
    body.experiment = reader.map("experiment");
    body.run = reader.text("run");
    body.resume = reader.boolean("resume");
    body.paused = reader.boolean("paused");
}
void read(MapReader& reader, StepRequest& body)
{
    body.count = reader.count("count");
}
void read(MapReader& reader, StopRequest& body)
{
    body.checkpoint = reader.boolean("checkpoint");
}
void read(MapReader& reader, SetRequest& body)
{
    body.key = reader.text("key");
    body.value = reader.real("value");
}
void read(MapReader& reader, WatchRequest& body)
{
    for (const nlohmann::json& layer : reader.list("layers")) {
        if (layer.is_number_integer() && layer >= 0)
            body.layers.push_back(layer.get<std::size_t>());
        else
            reader.note("The message does not fit the protocol: layers of the request watch must be indices.");
    }
    body.per_second = reader.real("per_second");
}
template <typename T>
requires std::is_empty_v<T>
void read(MapReader&, T&) {}

using Reader = Result<RequestBody> (*)(const nlohmann::json&);

template <typename T>
Result<RequestBody> readBody(const nlohmann::json& message)
{
    MapReader reader(message, fmt::format("the request {}", kName<T>));
    T body;
    read(reader, body);
    return reader.result(RequestBody(std::move(body)));
}

/// The readers of all alternatives of RequestBody, by name.
template <std::size_t... I>
Result<RequestBody> readNamed(const std::string& name, const nlohmann::json& message, std::index_sequence<I...>)
{
    Result<RequestBody> result =
        fail("The engine knows no request {}. Bring the engine to the window's version.", shown(name));
    static_cast<void>(((name == kName<std::variant_alternative_t<I, RequestBody>> &&
                        ((result = readBody<std::variant_alternative_t<I, RequestBody>>(message)), true)) ||
                       ...));
    return result;
}

} // namespace

nlohmann::json toMessage(const Request& request)
{
    nlohmann::json json = {{"id", request.id}};
    std::visit(
        [&json](const auto& body) {
            json["request"] = kName<std::remove_cvref_t<decltype(body)>>;
            write(json, body);
        },
        request.body);
    return json;
}

std::optional<std::int64_t> idOf(const nlohmann::json& message)
{
    MapReader reader(message, "the message");
    const std::int64_t id = reader.integer("id");
    return reader.ok() ? std::optional(id) : std::nullopt;
}

Result<Request> requestFromMessage(const nlohmann::json& message)
{
    MapReader reader(message, "the request");
    Request request;
    request.id = reader.integer("id");
    const std::string name = reader.text("request");
    if (!reader.ok())
        return reader.result(request);
    Result<RequestBody> body = readNamed(name, message, std::make_index_sequence<std::variant_size_v<RequestBody>>());
    if (!body)
        return tl::unexpected(body.error());
    request.body = std::move(*body);
    return request;
}

nlohmann::json toMessage(const Answer& answer)
{
    nlohmann::json json = answer.keys;
    json["id"] = answer.id;
    json["ok"] = answer.ok;
    if (!answer.ok)
        json["error"] = answer.error;
    return json;
}

nlohmann::json helloKeys(const HelloAnswer& hello)
{
    return {{"version", hello.version}, {"engine", hello.engine},     {"device", hello.device},
            {"threads", hello.threads}, {"libtorch", hello.libtorch}, {"pid", hello.pid}};
}

Result<HelloAnswer> helloFromKeys(const nlohmann::json& keys)
{
    MapReader reader(keys, "the answer to hello");
    HelloAnswer hello;
    hello.version = reader.text("version");
    hello.engine = reader.text("engine");
    hello.device = reader.text("device");
    hello.threads = reader.count("threads");
    hello.libtorch = reader.text("libtorch");
    hello.pid = reader.count("pid");
    return reader.result(hello);
}

} // namespace toeplab::core
