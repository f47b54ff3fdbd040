// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// Dropout whose mask is a function of (seed, row, position): forward and backward compute it again instead of keeping
/// it, and it does not depend on threads. probability in [0, 1); 0 switches it off.
struct Dropout {
    double probability = 0;
    std::uint64_t seed = 0;
    const std::uint64_t* place = nullptr; ///< where the seed is read when the mask is made, instead of `seed`; on a
                                          ///< card: its memory. A recorded step draws anew at every replay so.

    [[nodiscard]] bool active() const { return probability > 0; }
    /// A value is kept where its 32-bit hash is at least this.
    [[nodiscard]] std::uint32_t threshold() const { return static_cast<std::uint32_t>(probability * 4294967296.0); }
    [[nodiscard]] double scale() const { return 1.0 / (1.0 - probability); }
    /// The seed of one row.
    [[nodiscard]] std::uint32_t row(std::uint64_t index) const
    {
        std::uint64_t z = (place != nullptr ? *place : seed) + (index + 1) * 0x9E3779B97F4A7C15ULL; // SplitMix64
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return static_cast<std::uint32_t>(z ^ (z >> 31U));
    }
};

/// y = mask(x) / (1 - p), rows of `length`; y may be x. The backward pass is the same map applied to the gradient.
template <typename T>
void dropout(const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* x, T* y);

/// y = residual + mask(x) / (1 - p); y may be x.
template <typename T>
void dropoutAdd(const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* residual, const T* x, T* y);

} // namespace toeplab::kernels
