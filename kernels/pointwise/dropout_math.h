// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/clones.h"

#include <cstdint>

namespace toeplab::kernels::math
{

/// A well-mixed 32-bit hash of (row seed, position) that vectorises (multiplications and shifts only).
TOEPLAB_INLINE std::uint32_t hash(std::uint32_t row, std::uint32_t position)
{
    std::uint32_t h = position * 0x9E3779B9U + row;
    h ^= h >> 16U;
    h *= 0x7FEB352DU;
    h ^= h >> 15U;
    h *= 0x846CA68BU;
    h ^= h >> 16U;
    return h;
}

/// 0 or scale, for the position of a row.
template <typename T>
TOEPLAB_INLINE T keep(std::uint32_t row, std::int64_t position, std::uint32_t threshold, T scale)
{
    return hash(row, static_cast<std::uint32_t>(position)) >= threshold ? scale : T(0);
}

} // namespace toeplab::kernels::math
