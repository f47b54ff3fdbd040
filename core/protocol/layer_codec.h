// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analysis/kernel_analysis.h"
#include "core/base/layer_info.h"
#include "core/base/result.h"

#include <nlohmann/json.hpp>

namespace toeplab::core
{

/// A layer's description and its figures as maps, key by key the struct's members.
[[nodiscard]] nlohmann::json layerInfoToJson(const LayerInfo& info);
[[nodiscard]] Result<LayerInfo> layerInfoFromJson(const nlohmann::json& json);
[[nodiscard]] nlohmann::json layerScoresToJson(const LayerScores& scores);
[[nodiscard]] Result<LayerScores> layerScoresFromJson(const nlohmann::json& json);

} // namespace toeplab::core
