// SPDX-License-Identifier: Apache-2.0
#include "core/base/crc32c.h"
#include "core/runs/journal.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace toeplab::core
{

namespace
{

using nlohmann::json;

constexpr char kMagic[8] = {'T', 'O', 'E', 'P', 'J', 'R', 'N', 'L'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kPrologueBytes = 16;
constexpr std::size_t kFrameBytes = 8;

std::uint32_t numberAt(std::span<const std::byte> bytes, std::size_t offset)
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

void putNumber(std::vector<std::byte>& bytes, std::size_t offset, std::uint32_t value)
{
    std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

json toJson(const ScoreSummary& summary)
{
    return {summary.median, summary.q1, summary.q3};
}

ScoreSummary summaryFrom(const json& value)
{
    return {value.at(0).get<double>(), value.at(1).get<double>(), value.at(2).get<double>()};
}

json toJson(const LayerScores& scores)
{
    return {scores.channels,
            scores.length,
            scores.band,
            toJson(scores.spikiness),
            toJson(scores.peak_over_median),
            toJson(scores.effective_width),
            toJson(scores.decay_rate),
            toJson(scores.anticausal_energy),
            toJson(scores.effective_rank),
            scores.broken};
}

LayerScores scoresFrom(const json& value)
{
    LayerScores scores;
    value.at(0).get_to(scores.channels);
    value.at(1).get_to(scores.length);
    value.at(2).get_to(scores.band);
    scores.spikiness = summaryFrom(value.at(3));
    scores.peak_over_median = summaryFrom(value.at(4));
    scores.effective_width = summaryFrom(value.at(5));
    scores.decay_rate = summaryFrom(value.at(6));
    scores.anticausal_energy = summaryFrom(value.at(7));
    scores.effective_rank = summaryFrom(value.at(8));
    value.at(9).get_to(scores.broken);
    return scores;
}

json payloadOf(const MetricsRow& row)
{
    json values = json::array({row.step});
    for (const MetricsColumn& column : metricsColumns())
        values.push_back(row.*column.member);
    return {{"kind", "metrics"}, {"row", std::move(values)}};
}

json payloadOf(const ValidationRow& row)
{
    return {{"kind", "validation"}, {"step", row.step},         {"split", row.split},
            {"loss", row.loss},     {"accuracy", row.accuracy}, {"samples", row.samples}};
}

json payloadOf(const RunEvent& event)
{
    return {{"kind", "event"},     {"step", event.step}, {"time", event.unix_seconds},
            {"event", event.kind}, {"text", event.text}, {"value", event.value}};
}

json payloadOf(const StoredKernel& kernel)
{
    std::vector<std::uint8_t> chunk(kernel.chunk->size());
    std::memcpy(chunk.data(), kernel.chunk->data(), chunk.size());
    return {{"kind", "kernel"},
            {"layer", kernel.layer_index},
            {"step", kernel.step},
            {"scale", kernel.scale},
            {"chunk", json::binary(std::move(chunk))}};
}

json payloadOf(const LadderSnapshot& snapshot)
{
    json layers = json::array();
    for (const LayerScores& scores : snapshot.layers)
        layers.push_back(toJson(scores));
    return {{"kind", "ladder"}, {"step", snapshot.step}, {"layers", std::move(layers)}};
}

json payloadOf(RunState state)
{
    return {{"kind", "state"}, {"state", toString(state)}};
}

MetricsRow metricsFrom(const json& payload)
{
    const json& values = payload.at("row");
    MetricsRow row;
    values.at(0).get_to(row.step);
    for (std::size_t i = 0; i < metricsColumns().size(); ++i)
        values.at(i + 1).get_to(row.*metricsColumns()[i].member);
    return row;
}

StoredKernel kernelFrom(const json& payload)
{
    const json::binary_t& chunk = payload.at("chunk").get_binary();
    auto bytes = std::make_shared<std::vector<std::byte>>(chunk.size());
    std::memcpy(bytes->data(), chunk.data(), chunk.size());
    return {payload.at("layer").get<std::size_t>(), payload.at("step").get<std::int64_t>(),
            payload.at("scale").get<float>(), std::move(bytes)};
}

LadderSnapshot ladderFrom(const json& payload)
{
    LadderSnapshot snapshot;
    payload.at("step").get_to(snapshot.step);
    for (const json& layer : payload.at("layers"))
        snapshot.layers.push_back(scoresFrom(layer));
    return snapshot;
}

/// Nothing for a kind that this version does not know.
std::optional<RunRecord> recordFrom(const json& payload)
{
    const auto& kind = payload.at("kind").get_ref<const std::string&>();
    if (kind == "metrics")
        return metricsFrom(payload);
    if (kind == "validation")
        return ValidationRow{payload.at("step").get<std::int64_t>(), payload.at("split").get<std::string>(),
                             payload.at("loss").get<double>(), payload.at("accuracy").get<double>(),
                             payload.at("samples").get<std::int64_t>()};
    if (kind == "event")
        return RunEvent{payload.at("step").get<std::int64_t>(), payload.at("time").get<double>(),
                        payload.at("event").get<std::string>(), payload.at("text").get<std::string>(),
                        payload.at("value").get<double>()};
    if (kind == "kernel")
        return kernelFrom(payload);
    if (kind == "ladder")
        return ladderFrom(payload);
    if (kind == "state")
        return stateFromString(payload.at("state").get<std::string>());
    return std::nullopt;
}

/// A record about a layer that the run does not have is none of ours.
bool fits(const RunRecord& record, const RunHeader& header)
{
    if (const auto* kernel = std::get_if<StoredKernel>(&record))
        return kernel->layer_index < header.layers.size();
    if (const auto* ladder = std::get_if<LadderSnapshot>(&record))
        return ladder->layers.size() == header.layers.size();
    return true;
}

/// Whether a whole record begins anywhere in the bytes. Few places pass the first two looks.
bool recordFollows(std::span<const std::byte> bytes)
{
    for (std::size_t offset = 0; offset + kFrameBytes < bytes.size(); ++offset) {
        const std::size_t length = numberAt(bytes, offset);
        const bool map =
            (std::to_integer<unsigned>(bytes[offset + kFrameBytes]) & 0xE0U) == 0xA0U; // CBOR's major type 5
        if (!map || length > bytes.size() - offset - kFrameBytes)
            continue;
        const std::span<const std::byte> payload = bytes.subspan(offset + kFrameBytes, length);
        if (crc32c(payload, crc32c(bytes.subspan(offset, 4))) == numberAt(bytes, offset + 4))
            return true;
    }
    return false;
}

JournalStart startFrom(const json& payload)
{
    JournalStart start;
    payload.at("id").get_to(start.id);
    payload.at("generation").get_to(start.generation);
    payload.at("started").get_to(start.started_unix);
    start.state = stateFromString(payload.at("state").get<std::string>());
    start.header.experiment = payload.at("config");
    start.header.provenance = payload.at("provenance");
    payload.at("parameters").get_to(start.header.parameters);
    for (const json& layer : payload.at("layers"))
        start.header.layers.push_back(layerFromJson(layer));
    return start;
}

} // namespace

std::vector<std::byte> journalPrologue()
{
    std::vector<std::byte> bytes(kPrologueBytes);
    std::memcpy(bytes.data(), kMagic, sizeof(kMagic));
    putNumber(bytes, 8, kVersion);
    return bytes;
}

std::vector<std::byte> frameRecord(const json& payload)
{
    const std::vector<std::uint8_t> cbor = json::to_cbor(payload);
    std::vector<std::byte> record(kFrameBytes + cbor.size());
    std::memcpy(record.data() + kFrameBytes, cbor.data(), cbor.size());
    putNumber(record, 0, static_cast<std::uint32_t>(cbor.size()));
    const std::span<const std::byte> whole(record);
    putNumber(record, 4, crc32c(whole.subspan(kFrameBytes), crc32c(whole.first(4))));
    return record;
}

std::vector<std::byte> encodeStart(const JournalStart& start)
{
    json layers = json::array();
    for (const LayerInfo& info : start.header.layers)
        layers.push_back(toJson(info));
    return frameRecord({{"kind", "start"},
                        {"id", start.id},
                        {"generation", start.generation},
                        {"started", start.started_unix},
                        {"state", toString(start.state)},
                        {"config", start.header.experiment},
                        {"provenance", start.header.provenance},
                        {"parameters", start.header.parameters},
                        {"layers", std::move(layers)}});
}

std::vector<std::byte> encodeRecord(const RunRecord& record)
{
    return std::visit([](const auto& value) { return frameRecord(payloadOf(value)); }, record);
}

std::vector<std::byte> encodeMark(std::int64_t generation)
{
    return frameRecord({{"kind", "snapshot"}, {"generation", generation}});
}

std::optional<std::size_t> recordsWithin(const Journal& journal, const std::string& id, std::int64_t generation)
{
    if (!journal.start || journal.start->id != id)
        return std::nullopt;
    if (journal.start->generation >= generation)
        return 0;
    for (const SnapshotMark& mark : journal.marks) {
        if (mark.generation == generation)
            return mark.records;
    }
    return std::nullopt;
}

Journal decodeJournal(std::span<const std::byte> bytes)
{
    Journal journal;
    journal.total_bytes = bytes.size();
    const std::vector<std::byte> prologue = journalPrologue();
    if (!std::equal(prologue.begin(), prologue.begin() + std::min(bytes.size(), kPrologueBytes), bytes.begin()))
        return journal;
    if (bytes.size() < kPrologueBytes) {
        journal.torn = !bytes.empty();
        return journal;
    }
    std::size_t offset = kPrologueBytes;
    while (bytes.size() - offset >= kFrameBytes) {
        const std::size_t length = numberAt(bytes, offset);
        if (length > bytes.size() - offset - kFrameBytes)
            break;
        const std::span<const std::byte> payload = bytes.subspan(offset + kFrameBytes, length);
        if (crc32c(payload, crc32c(bytes.subspan(offset, 4))) != numberAt(bytes, offset + 4))
            break;
        const auto* first = reinterpret_cast<const std::uint8_t*>(payload.data());
        const json content = json::from_cbor(first, first + length, true, false);
        try {
            if (!journal.start) {
                JournalStart start = startFrom(content);
                if (!checkLayers(start.header))
                    break;
                journal.start = std::move(start);
            } else if (content.at("kind") == "snapshot") {
                journal.marks.push_back({content.at("generation").get<std::int64_t>(), journal.records.size()});
            } else if (auto record = recordFrom(content)) {
                if (!fits(*record, journal.start->header))
                    break;
                journal.records.push_back(std::move(*record));
            }
        } catch (const json::exception&) {
            break; // a checksum that fits over content that does not: no record of ours
        }
        offset += kFrameBytes + length;
    }
    journal.good_bytes = offset;
    const std::span<const std::byte> rest = bytes.subspan(offset);
    journal.torn = !rest.empty() && (rest.size() < kFrameBytes || numberAt(rest, 0) > rest.size() - kFrameBytes) &&
                   !recordFollows(rest);
    return journal;
}

} // namespace toeplab::core
