// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace toeplab::kernels
{

/// How the values of activations and their gradients are stored on a device. Parameters, their gradients and every sum
/// are float.
enum class Number : std::uint32_t { Float32, Half, BFloat16 };

/// IEEE binary16 and bfloat16, as bits.
struct Half {
    std::uint16_t bits = 0;
};
struct BFloat16 {
    std::uint16_t bits = 0;
};

[[nodiscard]] inline constexpr std::size_t bytesOf(Number number)
{
    return number == Number::Float32 ? 4 : 2;
}

/// Conversions on the CPU, rounding to the nearest, ties to even; the device has instructions of its own
/// (kernels/device/number.cuh).
namespace host
{

inline std::uint32_t bitsOf(float value)
{
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}
inline float floatOf(std::uint32_t bits)
{
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

[[nodiscard]] inline float toFloat(BFloat16 value)
{
    return floatOf(static_cast<std::uint32_t>(value.bits) << 16U);
}
[[nodiscard]] inline BFloat16 toBFloat16(float value)
{
    const std::uint32_t bits = bitsOf(value);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U)
        return {0x7FFF}; // not a number
    return {static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U)};
}

[[nodiscard]] inline float toFloat(Half value)
{
    const std::uint32_t sign = (value.bits & 0x8000U) << 16U;
    const std::uint32_t magnitude = value.bits & 0x7FFFU;
    if (magnitude >= 0x7C00U) // infinity, not a number
        return floatOf(sign | 0x7F800000U | (magnitude & 0x3FFU) << 13U);
    if (magnitude < 0x400U) // zero and the numbers below the normal ones: a multiple of 2^-24
        return (sign != 0 ? -1.0F : 1.0F) * static_cast<float>(magnitude) * 5.9604644775390625e-8F;
    return floatOf(sign | ((magnitude << 13U) + (112U << 23U)));
}
[[nodiscard]] inline Half toHalf(float value)
{
    const std::uint32_t bits = bitsOf(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16U & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U)
        return {0x7FFF};
    if (magnitude >= 0x477FF000U) // 65520 and above: infinity
        return {static_cast<std::uint16_t>(sign | 0x7C00U)};
    if (magnitude < 0x38800000U) { // below 2^-14: adding 0.5 leaves the multiple of 2^-24 in the lowest bits, rounded
        const std::uint32_t rounded = bitsOf(floatOf(magnitude) + 0.5F) - bitsOf(0.5F);
        return {static_cast<std::uint16_t>(sign | rounded)};
    }
    const std::uint32_t rebased = magnitude - (112U << 23U);
    return {static_cast<std::uint16_t>(sign | (rebased + 0xFFFU + (rebased >> 13U & 1U)) >> 13U)};
}

} // namespace host
} // namespace toeplab::kernels
