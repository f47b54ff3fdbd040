// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace toeplab::core
{

/// Bytes as HDF5's filters shuffle and deflate would store them: encoded once when they arrive, a chunk is copied into
/// every later snapshot as it is. `element_bytes` is the size of one value (the shuffle's stride).
[[nodiscard]] std::vector<std::byte> encodeChunk(std::span<const std::byte> values, std::size_t element_bytes);

/// The inverse; empty when `encoded` does not hold exactly `size` bytes.
[[nodiscard]] std::vector<std::byte> decodeChunk(std::span<const std::byte> encoded, std::size_t size,
                                                 std::size_t element_bytes);

} // namespace toeplab::core
