// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/disk.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The seal: a few hundred bytes behind the end of the HDF5 file proper, where HDF5 does not look. It says how long the
/// file is and which CRC-32C it has, so that HDF5, which can be brought down by a damaged file, is only ever given
/// whole ones; and it carries the summary that a list of runs shows.
///
///   summary      JSON text, UTF-8
///   then 40 bytes, little-endian: length of the HDF5 file (8), its CRC-32C (4), length of the summary (4), its CRC-32C
///   (4), version 1 (4), zero (4), CRC-32C of the 28 bytes before (4), "TOEPSEAL" (8)
///
/// A file that another program has rewritten has no seal; it is read as it is.
namespace toeplab::core
{

/// What ends a sentence about a damaged file, before its path.
inline constexpr const char* kDoctorAdvice = " See what can be recovered with: toeplab runs doctor ";

[[nodiscard]] std::vector<std::byte> makeSeal(std::span<const std::byte> hdf5, const nlohmann::json& summary);

struct Seal {
    std::uint64_t hdf5_bytes = 0;
    std::uint32_t hdf5_crc = 0;
    nlohmann::json summary;
};

/// The seal at the end of an open file of `size` bytes; nothing when there is none or it is damaged.
[[nodiscard]] std::optional<Seal> readSeal(const Descriptor& file, std::uint64_t size);

/// Length that the HDF5 file says it has; nothing when its first bytes are not HDF5's.
[[nodiscard]] std::optional<std::uint64_t> statedLength(const Descriptor& file);

/// Whether the file may be given to HDF5: sealed and unchanged; or rewritten by another program, of the length that it
/// states, and passing `try_unsealed`. The error is a sentence about the run file `path`. Reads the whole file, once
/// for each state of it.
[[nodiscard]] Result<void> verifyWhole(const Descriptor& file, const std::string& path,
                                       const std::function<Result<void>()>& try_unsealed);

} // namespace toeplab::core
