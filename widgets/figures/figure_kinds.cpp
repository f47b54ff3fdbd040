// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_kinds.h"

#include "core/base/text.h"
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/layer_scores.h"
#include "widgets/figures/run_metrics.h"

#include <array>

namespace toeplab::widgets
{
namespace
{

FigureOption toggle(const char* key, const char* label, const char* meaning, bool on)
{
    return {key, label, meaning, on, {}, 0, 0};
}

FigureOption choose(const char* key, const char* label, const char* meaning, const char* fallback,
                    std::vector<std::string> choices)
{
    return {key, label, meaning, std::string(fallback), std::move(choices), 0, 0};
}

FigureOption number(const char* key, const char* label, const char* meaning, double fallback, double lowest,
                    double highest, const char* zero)
{
    return {key, label, meaning, fallback, {}, lowest, highest, zero};
}

FigureOption placeOption()
{
    return choose("x", "Over", "What the curve runs over.", "step", {"step", "epoch", "time"});
}

FigureOption smoothingOption()
{
    return number("smoothing", "Smoothing", "Exponential smoothing, without the bias of its start; 0 is none.", 0.9, 0,
                  0.9999, "none");
}

FigureOption lagOption()
{
    return number("max_lag", "Lags up to", "Only lags of at most this size; 0 shows all.", 0, 0, 1e9, "all");
}

FigureOption bandOption()
{
    return number("band", "Band up to lag",
                  "Lags of at most this size belong to the band; of a run of ski, its own unless set.", 8, 0, 1e9,
                  "lag 0 alone");
}

FigureOption rankOption()
{
    return number("rank", "Rank", "Inducing points over the sequence; the rest is straight lines between them.", 16, 2,
                  1e9, "");
}

FigureOption limitOption()
{
    return number("limit", "Colour limit", "The value at both ends of the colours; 0 follows the data.", 0, 0, 1e30,
                  "of the data");
}

FigureOption scaleOption()
{
    return choose("scale", "Scale",
                  "asinh: linear near zero, logarithmic beyond, so that a peak does not flatten the rest.", "linear",
                  {"linear", "asinh"});
}

std::vector<std::string> belowKeys()
{
    std::vector<std::string> keys = metricKeys();
    keys.insert(keys.begin(), "none");
    return keys;
}

FigureNeeds rows()
{
    FigureNeeds needs;
    needs.rows = true;
    return needs;
}

FigureNeeds kernel()
{
    FigureNeeds needs;
    needs.kernel = true;
    return needs;
}

FigureNeeds snapshots()
{
    FigureNeeds needs;
    needs.snapshots = true;
    return needs;
}

FigureNeeds ladderHistory()
{
    FigureNeeds needs;
    needs.ladder = true;
    return needs;
}

FigureNeeds ladderFrame()
{
    FigureNeeds needs;
    needs.ladder_frame = true;
    return needs;
}

const std::array<FigureKind, 10>& table()
{
    static const std::array<FigureKind, 10> kinds{{
        {"training",
         "Training",
         "Loss, accuracy and what else is logged, over steps",
         "The curve appears with the first training step.",
         0.62,
         210,
         LinkAxis::Step,
         rows(),
         {choose("metric", "Metric", "What is drawn.", "loss", metricKeys()),
          choose("below", "Under it", "A second metric under the first, over the same steps.", "none", belowKeys()),
          placeOption(), toggle("log_x", "Logarithmic steps", "The horizontal axis is logarithmic.", false),
          toggle("log_y", "Logarithmic values", "The vertical axis is logarithmic.", false), smoothingOption(),
          toggle("raw", "Raw curve", "Every step's value, faint behind the smoothed curve.", true),
          toggle("validation", "Validation", "Points measured on held-out samples.", true),
          toggle("events", "Events", "Marks where the learning rate was changed or training resumed.", true)},
         makeTrainingFigure},
        {"ladder",
         "Layer ladder",
         "Every layer's kernel with its figures",
         "The ladder appears at the first kernel snapshot.",
         0.55,
         0,
         LinkAxis::None,
         ladderFrame(),
         {toggle("quartiles", "Quartiles", "The quartiles over channels under each median.", true)},
         makeLadderFigure},
        {"kernel",
         "Lag profile",
         "The kernel of a layer over its lags",
         "The kernel appears at the first kernel snapshot.",
         0.6,
         0,
         LinkAxis::Lag,
         kernel(),
         {scaleOption(), lagOption()},
         makeKernelFigure},
        {"toeplitz",
         "Toeplitz map",
         "The Toeplitz matrix of a layer, exact at every zoom",
         "The matrix appears at the first kernel snapshot.",
         1.18,
         240,
         LinkAxis::Lag,
         kernel(),
         {scaleOption(), limitOption(),
          toggle("profile", "Lag profile", "The kernel over its lags under the matrix.", true)},
         makeToeplitzFigure},
        {"evolution",
         "Evolution",
         "The kernel of a layer over training",
         "The waterfall appears at the first kernel snapshot.",
         0.85,
         280,
         LinkAxis::Lag,
         snapshots(),
         {toggle("log_step", "Logarithmic steps", "Steps on a logarithmic axis, as snapshots are spaced.", true),
          lagOption(), limitOption(),
          toggle("profile", "Lag profile", "The chosen snapshot over its lags, with the first and the last.", true)},
         makeEvolutionFigure},
        {"split",
         "Band and low rank",
         "A layer's kernel as a band and a low-rank rest, and what neither holds",
         "The split appears at the first kernel snapshot.",
         0.75,
         230,
         LinkAxis::Lag,
         kernel(),
         {bandOption(), rankOption(), lagOption()},
         makeSplitFigure},
        {"inducing",
         "Inducing points",
         "The points that the low-rank part of a layer's kernel is interpolated between",
         "The points appear at the first kernel snapshot.",
         0.7,
         230,
         LinkAxis::Lag,
         kernel(),
         {bandOption(), rankOption(), lagOption()},
         makeInducingFigure},
        {"frequency",
         "Frequency",
         "Magnitude and phase of a layer's kernel",
         "The response appears at the first kernel snapshot.",
         0.8,
         200,
         LinkAxis::Omega,
         kernel(),
         {choose("layers", "Layers", "The chosen layer, or all by colour.", "chosen", {"chosen", "all"}),
          toggle("log_omega", "Logarithmic ω", "The frequency axis is logarithmic.", false),
          toggle("phase", "Phase", "The phase under the magnitude.", true),
          toggle("unwrap", "Unwrapped phase", "Jumps of 2π are taken out.", true)},
         makeFrequencyFigure},
        {"spikiness",
         "Scores",
         "Spikiness and the ladder's other scores over training or depth",
         "The scores appear at the first kernel snapshot.",
         0.62,
         0,
         LinkAxis::Step,
         ladderHistory(),
         {choose("score", "Score", "Which of the ladder's scores.", "spikiness", scoreKeys()),
          choose("against", "Against", "Training steps, or layers at the newest snapshot.", "step", {"step", "layer"}),
          toggle("quartiles", "Quartiles", "The quartiles over channels as a band.", true),
          toggle("log_x", "Logarithmic steps", "The step axis is logarithmic.", false),
          toggle("log_y", "Logarithmic values", "The vertical axis is logarithmic.", false)},
         makeSpikinessFigure},
        {"compare",
         "Compare runs",
         "Several runs, and the mean and spread over seeds",
         "The comparison appears when runs are chosen.",
         0.62,
         0,
         LinkAxis::Step,
         rows(),
         {choose("metric", "Metric", "What is drawn.", "loss", metricKeys()),
          choose("series", "Measured on", "Training batches, smoothed, or held-out samples.", "training",
                 {"training", "validation"}),
          placeOption(), toggle("log_x", "Logarithmic steps", "The horizontal axis is logarithmic.", false),
          toggle("log_y", "Logarithmic values", "The vertical axis is logarithmic.", false), smoothingOption(),
          choose("band", "Band",
                 "Around the mean over seeds: standard deviation, standard error, smallest to largest, or none.", "std",
                 {"std", "stderr", "minmax", "none"})},
         makeCompareFigure},
    }};
    return kinds;
}

} // namespace

std::span<const FigureKind> figureKinds()
{
    return table();
}

const FigureKind* findKind(const std::string& id)
{
    for (const FigureKind& kind : table()) {
        if (kind.id == id)
            return &kind;
    }
    return nullptr;
}

FigureNeeds needsOf(const FigureSpec& spec)
{
    const FigureKind* kind = findKind(spec.kind);
    FigureNeeds needs = kind ? kind->needs : FigureNeeds{};
    if (spec.kind == "frequency" && spec.text("layers") == "all") {
        needs.kernel = false;
        needs.all_layers = true;
    }
    return needs;
}

core::Error unknownKind(const std::string& id)
{
    std::vector<std::string> ids;
    for (const FigureKind& kind : table())
        ids.push_back(kind.id);
    const auto near = core::nearest(id, ids);
    if (!near.empty())
        return {fmt::format("There is no figure kind \"{}\". Did you mean {}?", id, core::alternatives(near))};
    return {fmt::format("There is no figure kind \"{}\". Known are {}.", id, core::alternatives(ids))};
}

} // namespace toeplab::widgets
