// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/layer_codec.h"
#include "core/protocol/map_reader.h"
#include "core/protocol/message_codec.h"

#include <array>
#include <utility>

namespace toeplab::core
{

namespace
{

constexpr std::array kStates = {SessionState::Idle,    SessionState::Preparing, SessionState::Running,
                                SessionState::Paused,  SessionState::Stopping,  SessionState::Finished,
                                SessionState::Stopped, SessionState::Failed};

/// The columns of MetricsRow besides the step.
struct RealColumn {
    const char* key;
    double MetricsRow::*member;
};
constexpr std::array<RealColumn, 9> kColumns = {{{"epoch", &MetricsRow::epoch},
                                                 {"loss", &MetricsRow::loss},
                                                 {"accuracy", &MetricsRow::accuracy},
                                                 {"lr", &MetricsRow::lr},
                                                 {"grad_norm", &MetricsRow::grad_norm},
                                                 {"step_seconds", &MetricsRow::step_seconds},
                                                 {"samples_per_second", &MetricsRow::samples_per_second},
                                                 {"memory_mib", &MetricsRow::memory_mib},
                                                 {"wall_seconds", &MetricsRow::wall_seconds}}};

nlohmann::json write(const SessionStatus& status)
{
    nlohmann::json json = statusKeys(status);
    json["event"] = "status";
    return json;
}

nlohmann::json write(const StartedEvent& started)
{
    nlohmann::json layers = nlohmann::json::array();
    for (const LayerInfo& info : started.header.layers)
        layers.push_back(layerInfoToJson(info));
    return {{"event", "started"},
            {"run", started.run},
            {"header",
             {{"experiment", started.header.experiment},
              {"provenance", started.header.provenance},
              {"parameters", started.header.parameters},
              {"layers", std::move(layers)}}}};
}

nlohmann::json write(const MetricsEvent& metrics)
{
    const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(metrics.rows.size())};
    std::vector<std::int64_t> steps;
    for (const MetricsRow& row : metrics.rows)
        steps.push_back(row.step);
    nlohmann::json json = {{"event", "metrics"}, {"step", arrayToJson<std::int64_t>(steps, shape)}};
    std::vector<double> values(metrics.rows.size());
    for (const RealColumn& column : kColumns) {
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = metrics.rows[i].*column.member;
        json[column.key] = arrayToJson<double>(values, shape);
    }
    return json;
}

nlohmann::json write(const ValidationRow& row)
{
    return {{"event", "validation"}, {"step", row.step},         {"split", row.split},
            {"loss", row.loss},      {"accuracy", row.accuracy}, {"samples", row.samples}};
}

nlohmann::json write(const RunEvent& mark)
{
    return {{"event", "mark"},   {"step", mark.step}, {"unix_seconds", mark.unix_seconds},
            {"kind", mark.kind}, {"text", mark.text}, {"value", mark.value}};
}

nlohmann::json write(const std::shared_ptr<const KernelFrame>& frame)
{
    return {{"event", "kernels"},
            {"layer_index", frame->layer_index},
            {"info", layerInfoToJson(frame->info)},
            {"step", frame->step},
            {"values", arrayToJson<float>(frame->values, {frame->info.channels, 2 * frame->info.length - 1})}};
}

nlohmann::json write(const std::shared_ptr<const LadderFrame>& frame)
{
    nlohmann::json layers = nlohmann::json::array();
    for (std::size_t i = 0; i < frame->infos.size(); ++i)
        layers.push_back(
            {{"info", layerInfoToJson(frame->infos[i])},
             {"scores", layerScoresToJson(frame->scores.at(i))},
             {"sparkline", arrayToJson<float>(frame->sparklines.at(i),
                                              {static_cast<std::int64_t>(frame->sparklines.at(i).size())})}});
    return {{"event", "ladder"}, {"step", frame->step}, {"layers", std::move(layers)}};
}

nlohmann::json write(const LogEvent& log)
{
    return {{"event", "log"}, {"level", log.level}, {"message", log.message}};
}

Result<EventBody> readStarted(const nlohmann::json& json)
{
    MapReader reader(json, "the event started");
    StartedEvent started;
    started.run = reader.text("run");
    MapReader header(reader.map("header"), "the header of the event started");
    if (!reader.ok())
        return reader.result(EventBody());
    started.header.experiment = header.map("experiment");
    started.header.provenance = header.map("provenance");
    started.header.parameters = header.count("parameters");
    for (const nlohmann::json& layer : header.list("layers")) {
        Result<LayerInfo> info = layerInfoFromJson(layer);
        if (!info)
            return tl::unexpected(info.error());
        started.header.layers.push_back(std::move(*info));
    }
    return header.result(EventBody(std::move(started)));
}

Result<EventBody> readMetrics(const nlohmann::json& json)
{
    MapReader reader(json, "the event metrics");
    const WireArray<std::int64_t> steps = reader.array<std::int64_t>("step");
    MetricsEvent metrics;
    metrics.rows.resize(steps.values.size());
    for (std::size_t i = 0; i < steps.values.size(); ++i)
        metrics.rows[i].step = steps.values[i];
    for (const RealColumn& column : kColumns) {
        const WireArray<double> values = reader.array<double>(column.key);
        if (values.values.size() != steps.values.size())
            reader.note(fmt::format("The message does not fit the protocol: the event metrics has {} steps and {} "
                                    "values of {}.",
                                    steps.values.size(), values.values.size(), column.key));
        if (!reader.ok())
            break;
        for (std::size_t i = 0; i < values.values.size(); ++i)
            metrics.rows[i].*column.member = values.values[i];
    }
    return reader.result(EventBody(std::move(metrics)));
}

Result<EventBody> readValidation(const nlohmann::json& json)
{
    MapReader reader(json, "the event validation");
    ValidationRow row;
    row.step = reader.count("step");
    row.split = reader.text("split");
    row.loss = reader.real("loss");
    row.accuracy = reader.real("accuracy");
    row.samples = reader.count("samples");
    return reader.result(EventBody(std::move(row)));
}

Result<EventBody> readMark(const nlohmann::json& json)
{
    MapReader reader(json, "the event mark");
    RunEvent mark;
    mark.step = reader.count("step");
    mark.unix_seconds = reader.real("unix_seconds");
    mark.kind = reader.text("kind");
    mark.text = reader.text("text");
    mark.value = reader.real("value");
    return reader.result(EventBody(std::move(mark)));
}

Result<EventBody> readKernels(const nlohmann::json& json)
{
    MapReader reader(json, "the event kernels");
    auto frame = std::make_shared<KernelFrame>();
    frame->layer_index = static_cast<std::size_t>(reader.count("layer_index"));
    frame->step = reader.count("step");
    WireArray<float> values = reader.array<float>("values");
    Result<LayerInfo> info = layerInfoFromJson(reader.map("info"));
    if (!reader.ok())
        return reader.result(EventBody());
    if (!info)
        return tl::unexpected(info.error());
    frame->info = std::move(*info);
    if (values.shape != std::vector<std::int64_t>{frame->info.channels, 2 * frame->info.length - 1})
        return fail("The message does not fit the protocol: the event kernels has values of another shape than its "
                    "layer, {} channels of {} lags.",
                    frame->info.channels, 2 * frame->info.length - 1);
    frame->values = std::move(values.values);
    return EventBody(std::shared_ptr<const KernelFrame>(std::move(frame)));
}

Result<EventBody> readLadder(const nlohmann::json& json)
{
    MapReader reader(json, "the event ladder");
    auto frame = std::make_shared<LadderFrame>();
    frame->step = reader.count("step");
    for (const nlohmann::json& layer : reader.list("layers")) {
        MapReader row(layer, "a row of the event ladder");
        Result<LayerInfo> info = layerInfoFromJson(row.map("info"));
        Result<LayerScores> scores = layerScoresFromJson(row.map("scores"));
        WireArray<float> sparkline = row.array<float>("sparkline");
        if (!row.ok())
            return row.result(EventBody());
        if (!info || !scores)
            return tl::unexpected(info ? scores.error() : info.error());
        frame->infos.push_back(std::move(*info));
        frame->scores.push_back(*scores);
        frame->sparklines.push_back(std::move(sparkline.values));
    }
    return reader.result(EventBody(std::shared_ptr<const LadderFrame>(std::move(frame))));
}

Result<EventBody> readLog(const nlohmann::json& json)
{
    MapReader reader(json, "the event log");
    LogEvent log;
    log.level = reader.text("level");
    log.message = reader.text("message");
    return reader.result(EventBody(std::move(log)));
}

Result<EventBody> readStatus(const nlohmann::json& json)
{
    Result<SessionStatus> status = statusFromKeys(json);
    if (!status)
        return tl::unexpected(status.error());
    return EventBody(std::move(*status));
}

struct EventReader {
    const char* name;
    Result<EventBody> (*read)(const nlohmann::json&);
};
constexpr std::array<EventReader, 8> kReaders = {{{"status", readStatus},
                                                  {"started", readStarted},
                                                  {"metrics", readMetrics},
                                                  {"validation", readValidation},
                                                  {"mark", readMark},
                                                  {"kernels", readKernels},
                                                  {"ladder", readLadder},
                                                  {"log", readLog}}};

Result<Incoming> readAnswer(const nlohmann::json& message)
{
    MapReader reader(message, "the answer");
    Answer answer;
    answer.id = reader.integer("id");
    answer.ok = reader.boolean("ok");
    if (reader.ok() && !answer.ok)
        answer.error = reader.text("error");
    answer.keys = message;
    for (const char* key : {"id", "ok", "error"})
        answer.keys.erase(key);
    return reader.result(Incoming{std::move(answer)});
}

} // namespace

nlohmann::json statusKeys(const SessionStatus& status)
{
    return {{"state", toString(status.state)},
            {"run", status.run},
            {"step", status.step},
            {"epoch", status.epoch},
            {"steps_per_second", status.steps_per_second},
            {"tokens_per_second", status.tokens_per_second},
            {"eta_seconds", status.eta_seconds},
            {"memory_mib", status.memory_mib},
            {"lr", status.lr},
            {"best_accuracy", status.best_accuracy},
            {"saved_step", status.saved_step},
            {"progress", status.progress},
            {"message", status.message}};
}

Result<SessionStatus> statusFromKeys(const nlohmann::json& keys)
{
    MapReader reader(keys, "the status");
    SessionStatus status;
    const std::string state = reader.text("state");
    status.run = reader.text("run");
    status.step = reader.count("step");
    status.epoch = reader.real("epoch");
    status.steps_per_second = reader.real("steps_per_second");
    status.tokens_per_second = reader.real("tokens_per_second");
    status.eta_seconds = reader.real("eta_seconds");
    status.memory_mib = reader.real("memory_mib");
    status.lr = reader.real("lr");
    status.best_accuracy = reader.real("best_accuracy");
    status.saved_step = reader.integer("saved_step");
    status.progress = reader.real("progress");
    status.message = reader.text("message");
    for (const SessionState known : kStates) {
        if (state == toString(known)) {
            status.state = known;
            return reader.result(status);
        }
    }
    reader.note(fmt::format("The message does not fit the protocol: there is no state {}.", shown(state)));
    return reader.result(status);
}

nlohmann::json toMessage(const EventBody& event)
{
    return std::visit([](const auto& body) { return write(body); }, event);
}

Result<Incoming> incomingFromMessage(const nlohmann::json& message)
{
    if (message.is_object() && message.contains("id"))
        return readAnswer(message);
    MapReader reader(message, "the event");
    const std::string name = reader.text("event");
    for (const EventReader& known : kReaders) {
        if (name != known.name)
            continue;
        Result<EventBody> event = known.read(message);
        if (!event)
            return tl::unexpected(event.error());
        return Incoming{std::move(*event)};
    }
    return reader.result(Incoming{});
}

} // namespace toeplab::core
