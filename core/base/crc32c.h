// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace toeplab::core
{

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720 appendix B.4) of frames and journal records. Uses the
/// processor's instruction where there is one. crc32c("123456789") = 0xE3069283. A longer message can be fed in parts:
/// pass the result so far as `crc`.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

} // namespace toeplab::core
