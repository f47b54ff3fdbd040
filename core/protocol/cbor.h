// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/protocol/frame.h"

#include <nlohmann/json.hpp>

#include <span>

namespace toeplab::core
{

/// What a message may be at most; bulk goes into byte strings, which count as one item.
inline constexpr int kMaxCborDepth = 32;
inline constexpr std::size_t kMaxCborItems = 200'000;

/// A payload as JSON. The bytes are first walked without recursion or allocation: every item must lie within them, nest
/// at most kMaxCborDepth deep, be definite in length, carry no tag, and map keys must be text; text must be UTF-8. The
/// outermost item must be a map that ends where the payload ends.
[[nodiscard]] Result<nlohmann::json> parseCborMap(std::span<const std::uint8_t> payload);

/// A whole frame: header and CBOR payload. `message` is a map.
[[nodiscard]] Bytes frameOf(const nlohmann::json& message);

} // namespace toeplab::core
