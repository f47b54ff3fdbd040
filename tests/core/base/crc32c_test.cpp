// SPDX-License-Identifier: Apache-2.0
#include "core/base/crc32c.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <vector>

namespace
{

using toeplab::core::crc32c;

std::uint32_t ofText(std::string_view text)
{
    return crc32c(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(Crc32c, PublishedVectors)
{
    EXPECT_EQ(ofText(""), 0U);
    EXPECT_EQ(ofText("123456789"), 0xE3069283U);
    // RFC 3720 B.4.
    std::array<std::byte, 32> bytes{};
    EXPECT_EQ(crc32c(bytes), 0x8A9136AAU);
    bytes.fill(std::byte{0xFF});
    EXPECT_EQ(crc32c(bytes), 0x62A8AB43U);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i);
    EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
}

TEST(Crc32c, PartsGiveTheWhole)
{
    std::vector<std::byte> bytes(101);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 37 + 11);
    const std::span<const std::byte> all(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all)) << "cut at " << cut;
}

} // namespace
