// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/h5_handle.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Groups, attributes and datasets of the kinds that a run file has. `parent` is a file or group, `path` relative to
/// it.
namespace toeplab::core::h5
{

[[nodiscard]] Handle createGroup(hid_t parent, const std::string& path);
[[nodiscard]] Handle openGroup(hid_t parent, const std::string& path);
/// Whether every part of a path exists.
[[nodiscard]] bool exists(hid_t parent, const std::string& path);
/// Names in a group, sorted.
[[nodiscard]] std::vector<std::string> children(hid_t group);
/// Whether a child is a group (else it is a dataset).
[[nodiscard]] bool isGroup(hid_t parent, const std::string& path);
/// A second name for an object of the same file.
void hardLink(hid_t parent, const std::string& target, const std::string& name);

void setText(hid_t object, const char* name, std::string_view value);
void setTexts(hid_t object, const char* name, const std::vector<std::string>& values);
void setInteger(hid_t object, const char* name, std::int64_t value);
void setReal(hid_t object, const char* name, double value);
void setBool(hid_t object, const char* name, bool value);
/// `fallback` when there is no such attribute.
[[nodiscard]] std::string textAttribute(hid_t object, const char* name, const std::string& fallback);
[[nodiscard]] std::int64_t integerAttribute(hid_t object, const char* name, std::int64_t fallback);
[[nodiscard]] double realAttribute(hid_t object, const char* name, double fallback);

/// Text as a dataset of one value, or of a list of values.
void writeText(hid_t parent, const std::string& path, std::string_view value);
[[nodiscard]] std::string readText(hid_t parent, const std::string& path);
Handle writeTexts(hid_t parent, const std::string& path, const std::vector<std::string>& values);
[[nodiscard]] std::vector<std::string> readTexts(hid_t parent, const std::string& path);

/// Numbers as one block without compression. `shape` empty: a scalar.
Handle writeBlock(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                  const void* values);
Handle writeIntegers(hid_t parent, const std::string& path, const std::vector<std::int64_t>& values);

/// A dataset in chunks of `chunk` with shuffle and deflate, growing along its first axis. writeChunk stores a chunk
/// that is shuffled and deflated already (chunk_codec.h); `index` counts chunks along the first axis.
[[nodiscard]] Handle createChunked(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                                   const std::vector<hsize_t>& chunk);
void writeChunk(const Handle& dataset, hsize_t index, hsize_t rows_a_chunk, std::span<const std::byte> encoded);

/// Rows in deflated chunks of kRowsAChunk, for tables that are small.
inline constexpr hsize_t kRowsAChunk = 1024;
Handle writeRows(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                 const void* values);

[[nodiscard]] Handle openDataset(hid_t parent, const std::string& path);
[[nodiscard]] std::vector<hsize_t> shapeOf(const Handle& dataset);
/// All values, converted to `memory_type`. Refuses a size that no run file reaches (over 4 GiB).
[[nodiscard]] std::vector<std::byte> readBlock(const Handle& dataset, hid_t memory_type);
[[nodiscard]] std::vector<double> readReals(hid_t parent, const std::string& path);
[[nodiscard]] std::vector<std::int64_t> readIntegers(hid_t parent, const std::string& path);
/// `count` entries of the first axis from `first` on, converted to `memory_type`.
[[nodiscard]] std::vector<std::byte> readRange(const Handle& dataset, hsize_t first, hsize_t count, hid_t memory_type);

/// Makes `scale` the dimension scale of axis `axis` of `dataset`.
void attachScale(const Handle& dataset, const Handle& scale, unsigned axis);
void makeScale(const Handle& dataset, const char* name);

} // namespace toeplab::core::h5
