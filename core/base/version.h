// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace toeplab::core
{

/// What was built, from what, by what: a run's provenance and `--version` say it.
struct BuildInfo {
    std::string version;    ///< "0.1.0"
    std::string git;        ///< "3252208", "3252208-dirty", or "unknown" outside a clone
    std::string compiler;   ///< "GNU 12.2.0"
    std::string build_type; ///< "Release"

    [[nodiscard]] std::string text() const; ///< "toeplab 0.1.0 (3252208, GNU 12.2.0, Release)"
};

[[nodiscard]] const BuildInfo& buildInfo();

} // namespace toeplab::core
