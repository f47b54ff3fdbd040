// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/experiment.h"

#include <cstdint>
#include <string>

namespace toeplab::core
{

/// What sparse plus low rank with these settings cannot represent over n positions (no LibTorch in this header).
struct SkiLimits {
    double spacing = 0; ///< h = (n-1)/(r-1): the low-rank part holds the kernel at multiples of it
    double warp = 0;    ///< gamma of the inverse-time warp; 0: a network's kernel, which has none
    /// Of the r grid cells of one side, how many the inducing lags visit: the others are never trained.
    std::int64_t visited_cells = 0, cells = 0;
    double blind_from = 0, blind_to = 0; ///< lags in between are in neither the band nor the interpolation

    [[nodiscard]] bool mostCellsUnvisited() const { return warp > 0 && 2 * visited_cells < cells; }
    [[nodiscard]] bool blind() const { return blind_to > blind_from; }
    /// "warp 0.999, 37 of 64 grid cells visited, blind between lags 16 and 130"
    [[nodiscard]] std::string describe() const;
    /// A sentence where most of the grid would never be trained, else empty.
    [[nodiscard]] std::string warning() const;
};

/// `length` is the longest n, from which warp = 0 chooses gamma (gamma^(length-1) = 0.1).
[[nodiscard]] SkiLimits skiLimits(const MixerSettings& mixer, std::int64_t length, std::int64_t n);

/// gamma of the warp or, for a causal network's kernel, of its decay: mixer.gamma when released or with a network.
[[nodiscard]] double skiGamma(const MixerSettings& mixer, std::int64_t length);

} // namespace toeplab::core
