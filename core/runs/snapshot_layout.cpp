// SPDX-License-Identifier: Apache-2.0
#include "core/runs/snapshot_layout.h"

#include <array>
#include <limits>

namespace toeplab::core::layout
{

namespace
{

constexpr std::array<Score, 6> kScores = {{
    {"spikiness", &LayerScores::spikiness, "Spikiness", "1"},
    {"peak_over_median", &LayerScores::peak_over_median, "Peak over median", "1"},
    {"effective_width", &LayerScores::effective_width, "Effective width", "lags"},
    {"decay_rate", &LayerScores::decay_rate, "Decay rate", "1/lag"},
    {"anticausal_energy", &LayerScores::anticausal_energy, "Anticausal energy", "1"},
    {"effective_rank", &LayerScores::effective_rank, "Effective rank", "1"},
}};

constexpr std::array<Quantile, 3> kQuantiles = {{{"median", &ScoreSummary::median, "median"},
                                                 {"q1", &ScoreSummary::q1, "first quartile"},
                                                 {"q3", &ScoreSummary::q3, "third quartile"}}};

constexpr std::array<WholeNumber, 4> kWholeNumbers = {{{"channels", &LayerScores::channels},
                                                       {"length", &LayerScores::length},
                                                       {"band", &LayerScores::band},
                                                       {"broken", &LayerScores::broken}}};

} // namespace

std::span<const Score> scores()
{
    return kScores;
}

std::span<const Quantile> quantiles()
{
    return kQuantiles;
}

std::span<const WholeNumber> wholeNumbers()
{
    return kWholeNumbers;
}

std::string experimentName(const RunHeader& header)
{
    if (!header.experiment.is_object())
        return {};
    const auto found = header.experiment.find("name");
    return found != header.experiment.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json summaryOf(const RunStore& store)
{
    const bool rows = store.training.size() > 0;
    return {{"id", store.id},
            {"generation", store.generation},
            {"state", toString(store.state)},
            {"step", store.training.last().step},
            {"loss", rows ? store.training.last().loss : std::numeric_limits<double>::quiet_NaN()},
            {"best_accuracy", store.bestAccuracy()},
            {"experiment", experimentName(store.header)},
            {"started", store.started_unix}};
}

} // namespace toeplab::core::layout
