// SPDX-License-Identifier: Apache-2.0
#include "core/operators/ski/ski_limits.h"

#include "kernels/ski/warp.h"

#include <fmt/format.h>

namespace toeplab::core
{

double skiGamma(const MixerSettings& mixer, std::int64_t length)
{
    if (mixer.mode == "released" || mixer.ski_kernel == "rpe")
        return mixer.gamma;
    return mixer.warp > 0 ? mixer.warp : kernels::defaultWarpGamma(length);
}

SkiLimits skiLimits(const MixerSettings& mixer, std::int64_t length, std::int64_t n)
{
    SkiLimits limits;
    limits.spacing = kernels::inducingSpacing(n, mixer.rank);
    const kernels::BlindZone zone = kernels::blindZone(n, mixer.rank, mixer.band);
    limits.blind_from = zone.from;
    limits.blind_to = zone.to;
    if (mixer.ski_kernel == "rpe")
        return limits;
    limits.warp = skiGamma(mixer, length);
    limits.cells = mixer.rank;
    limits.visited_cells = kernels::visitedCells(n, mixer.rank, limits.warp);
    return limits;
}

std::string SkiLimits::describe() const
{
    std::string text;
    if (warp > 0)
        text = fmt::format("warp {:.6g}, {} of {} grid cells visited{}", warp, visited_cells, cells,
                           mostCellsUnvisited() ? " (fewer than half: most of the grid is never trained)" : "");
    if (blind())
        text += fmt::format("{}blind between lags {:g} and {:.0f}", text.empty() ? "" : ", ", blind_from, blind_to);
    return text;
}

std::string SkiLimits::warning() const
{
    if (!mostCellsUnvisited())
        return {};
    return fmt::format(
        "The warp {:.6g} lets the inducing lags visit {} of {} grid cells, so that most of the learned "
        "kernel is never used or trained. Set mixer.warp=0 in exact mode to have it chosen from the length.",
        warp, visited_cells, cells);
}

} // namespace toeplab::core
