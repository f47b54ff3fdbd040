// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/layer_scores.h"

#include <array>
#include <limits>

namespace toeplab::widgets
{
namespace
{

const std::array<Score, 6>& table()
{
    constexpr double kNone = std::numeric_limits<double>::infinity();
    using core::LayerScores;
    static const std::array<Score, 6> scores{{
        {"spikiness", QStringLiteral("spikiness S (share of energy)"), QStringLiteral("spikiness"),
         &LayerScores::spikiness, false, 0, 1},
        {"effective_width", QStringLiteral("effective width (lags)"), QStringLiteral("width\n(lags)"),
         &LayerScores::effective_width, true, 0, kNone},
        {"decay_rate", QStringLiteral("decay rate γ (per position)"), QStringLiteral("decay γ"),
         &LayerScores::decay_rate, false, 0, kNone},
        {"anticausal_energy", QStringLiteral("anticausal share of energy"), QStringLiteral("anticausal\nenergy"),
         &LayerScores::anticausal_energy, false, 0, 1},
        {"peak_over_median", QStringLiteral("peak over median |t|"), QStringLiteral("peak over\nmedian"),
         &LayerScores::peak_over_median, true, 0, kNone},
        {"effective_rank", QStringLiteral("effective rank"), QStringLiteral("effective\nrank"),
         &LayerScores::effective_rank, true, 0, kNone},
    }};
    return scores;
}

} // namespace

std::span<const Score> layerScores()
{
    return table();
}

const Score& scoreOf(const std::string& key)
{
    for (const Score& score : table()) {
        if (score.key == key)
            return score;
    }
    qFatal("scoreOf: no score %s", key.c_str());
}

std::vector<std::string> scoreKeys()
{
    std::vector<std::string> keys;
    for (const Score& score : table())
        keys.push_back(score.key);
    return keys;
}

} // namespace toeplab::widgets
