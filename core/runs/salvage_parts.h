// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/doctor.h"
#include "core/runs/run_store.h"

#include <functional>
#include <set>
#include <string>

namespace toeplab::core
{

/// Where a salvage reads from, and how.
struct SalvageSource {
    std::string snapshot; ///< empty: the journal alone
    std::string journal;
    std::set<std::string> skip;                       ///< parts that brought an earlier attempt down
    std::function<void(const std::string&)> entering; ///< told each part before it is read
};

/// Reads part after part; what cannot be read is named in `lost`. In the calling process: see salvageRun.
[[nodiscard]] Result<RunStore> gatherRun(const SalvageSource& source, std::vector<std::string>& lost);

} // namespace toeplab::core
