// SPDX-License-Identifier: Apache-2.0
#include "core/runs/half.h"

#include <bit>

namespace toeplab::core
{

namespace
{

constexpr std::uint32_t kFloatInfinity = 0x7F800000U;
constexpr std::uint32_t kHalfInfinity = 0x7C00U;
constexpr std::uint32_t kSmallestNormal = 0x38800000U;   // 2^-14 as binary32
constexpr std::uint32_t kRoundsToInfinity = 0x477FF000U; // 65520 as binary32

} // namespace

std::uint16_t toHalf(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > kFloatInfinity)
        return static_cast<std::uint16_t>(sign | kHalfInfinity | 0x200U);
    if (magnitude >= kRoundsToInfinity)
        return static_cast<std::uint16_t>(sign | kHalfInfinity);
    if (magnitude < kSmallestNormal) {
        // Adding 0.5 aligns the subnormal's last bit with the last bit of the sum, and the addition rounds to even.
        const float aligned = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign |
                                          (std::bit_cast<std::uint32_t>(aligned) - std::bit_cast<std::uint32_t>(0.5F)));
    }
    const std::uint32_t odd = (magnitude >> 13) & 1U;
    const std::uint32_t rounded = magnitude + 0xFFFU + odd - (112U << 23); // exponent bias 127 to 15
    return static_cast<std::uint16_t>(sign | (rounded >> 13));
}

float fromHalf(std::uint16_t half)
{
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 31)
        return std::bit_cast<float>(sign | kFloatInfinity | (fraction << 13));
    if (exponent == 0) {
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

} // namespace toeplab::core
