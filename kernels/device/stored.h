// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/clones.h"
#include "kernels/device/number.h"

#include <bit>

/// Stored values in loops that the CPU runs as vectors: read as what is computed with, written with one rounding.
namespace toeplab::kernels
{

TOEPLAB_INLINE float read(float stored)
{
    return stored;
}
TOEPLAB_INLINE double read(double stored)
{
    return stored;
}
TOEPLAB_INLINE float read(BFloat16 stored)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(stored.bits) << 16U);
}
TOEPLAB_INLINE void write(float value, float& stored)
{
    stored = value;
}
TOEPLAB_INLINE void write(double value, double& stored)
{
    stored = value;
}
/// To the nearest, ties to even.
TOEPLAB_INLINE void write(float value, BFloat16& stored)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U;
    stored.bits = static_cast<std::uint16_t>(value == value ? rounded : 0x7FC0U);
}

} // namespace toeplab::kernels
