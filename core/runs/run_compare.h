// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_data.h"

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What a run came to, by name and in the order in which it is shown; null where there is nothing yet.
[[nodiscard]] nlohmann::ordered_json resultsOf(const RunData& run);

/// {"mixer": {"rank": 32}} as {"mixer.rank": 32}.
[[nodiscard]] nlohmann::ordered_json flattened(const nlohmann::json& nested);

/// Something that is not the same in all of several runs.
struct Difference {
    std::string key;
    std::vector<nlohmann::json> values; ///< one for each run; null where a run does not have it
};
/// Keys in the order of their first appearance.
[[nodiscard]] std::vector<Difference> differences(std::span<const nlohmann::ordered_json> values);

/// The parts of a run's provenance that can explain another result: not the moment and the command line of its start.
[[nodiscard]] nlohmann::ordered_json comparableProvenance(const RunData& run);

} // namespace toeplab::core
