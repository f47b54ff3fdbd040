// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

namespace toeplab::kernels
{

/// How a complex transform of `length` values is cut: length = radix_1 ... radix_p * lanes^2. Each level is one pass of
/// butterflies over vectors of `lanes` neighbours; what remains, lanes^2 values, is transformed in registers.
/// Frequencies come out in the order in which the passes leave them, which products do not care about; the way back
/// starts there. Plain data, for units that are compiled for one CPU (device/isa.h).
template <typename T>
struct TransformPlan {
    static constexpr int kMostLevels = 12;
    struct Level {
        int radix = 0;
        std::int64_t block = 0; ///< length of what this level transforms
        /// exp(-2 pi i j k / block) for each vector of j < block / radix and k = 1 .. radix - 1: `lanes` cosines, then
        /// as many sines.
        const T* twiddles = nullptr;
    };

    std::int64_t length = 0;
    int lanes = 0;
    int level_count = 0; ///< at least 1
    Level levels[kMostLevels];
    const T* leaf_twiddles = nullptr; ///< of the lanes^2 values in registers: radix = lanes
};

/// Levels have radix 2, 3, 4, 5, 6 or 8. The cheapest length of at least `least` values that a plan can have, by an
/// estimate of its passes.
[[nodiscard]] std::int64_t transformLength(std::int64_t least, int lanes);

/// Shared by all threads; made on first use, the 32 used last are kept. `length` comes from transformLength.
template <typename T>
[[nodiscard]] std::shared_ptr<const TransformPlan<T>> transformPlan(std::int64_t length, int lanes);

} // namespace toeplab::kernels
