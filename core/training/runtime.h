// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace toeplab::core
{

/// The numeric libraries of this process, without their headers.

/// 0: the physical cores that affinity and control group leave to this process.
void setThreads(int threads);
[[nodiscard]] int threads();
[[nodiscard]] int physicalCores();

[[nodiscard]] std::string libtorchVersion();
[[nodiscard]] std::string processorName();
/// What LibTorch computes with: "AVX512", "AVX2", ...
[[nodiscard]] std::string instructionSet();

/// Version, git, libtorch, threads, processor, host, command: what a run's provenance says of the program.
[[nodiscard]] nlohmann::json programProvenance(const std::string& command_line);

} // namespace toeplab::core
