// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/layer_codec.h"

#include "core/protocol/map_reader.h"

#include <array>

namespace toeplab::core
{

namespace
{

struct Score {
    const char* key;
    ScoreSummary LayerScores::*member;
};
constexpr std::array<Score, 6> kScores = {{{"spikiness", &LayerScores::spikiness},
                                           {"peak_over_median", &LayerScores::peak_over_median},
                                           {"effective_width", &LayerScores::effective_width},
                                           {"decay_rate", &LayerScores::decay_rate},
                                           {"anticausal_energy", &LayerScores::anticausal_energy},
                                           {"effective_rank", &LayerScores::effective_rank}}};

/// A kernel of more lags than this does not fit a frame, so no honest message says so.
constexpr std::int64_t kMaxLength = std::int64_t{1} << 26;

} // namespace

nlohmann::json layerInfoToJson(const LayerInfo& info)
{
    return {{"layer", info.layer},   {"axis", info.axis},
            {"kind", info.kind},     {"mode", info.mode},
            {"causal", info.causal}, {"channels", info.channels},
            {"length", info.length}, {"description", info.description}};
}

Result<LayerInfo> layerInfoFromJson(const nlohmann::json& json)
{
    MapReader reader(json, "a layer");
    LayerInfo info;
    info.layer = reader.count("layer");
    info.axis = reader.text("axis");
    info.kind = reader.text("kind");
    info.mode = reader.text("mode");
    info.causal = reader.boolean("causal");
    info.channels = reader.count("channels");
    info.length = reader.count("length");
    info.description = reader.text("description");
    if (reader.ok() && (info.length > kMaxLength || info.channels > kMaxLength))
        reader.note(fmt::format("The message does not fit the protocol: a layer of {} channels and length {} is beyond "
                                "its limits.",
                                info.channels, info.length));
    return reader.result(info);
}

nlohmann::json layerScoresToJson(const LayerScores& scores)
{
    nlohmann::json json = {{"channels", scores.channels}, {"length", scores.length}, {"band", scores.band}};
    for (const Score& score : kScores) {
        const ScoreSummary& summary = scores.*score.member;
        json[score.key] = {{"median", summary.median}, {"q1", summary.q1}, {"q3", summary.q3}};
    }
    return json;
}

Result<LayerScores> layerScoresFromJson(const nlohmann::json& json)
{
    MapReader reader(json, "the scores of a layer");
    LayerScores scores;
    scores.channels = reader.count("channels");
    scores.length = reader.count("length");
    scores.band = reader.count("band");
    for (const Score& score : kScores) {
        const nlohmann::json& map = reader.map(score.key);
        if (!reader.ok())
            break;
        MapReader summary(map, score.key);
        scores.*score.member = {summary.real("median"), summary.real("q1"), summary.real("q3")};
        if (!summary.ok())
            return summary.result(scores);
    }
    return reader.result(scores);
}

} // namespace toeplab::core
