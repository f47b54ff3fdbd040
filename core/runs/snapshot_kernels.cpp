// SPDX-License-Identifier: Apache-2.0
// /run/kernels and /run/analysis.
#include "core/runs/h5_types.h"
#include "core/runs/snapshot_layout.h"
#include "core/runs/snapshot_parts.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

namespace toeplab::core::layout
{

namespace
{

void writeLayer(hid_t kernels, const LayerInfo& info, const std::map<std::int64_t, StoredKernel>& track)
{
    const h5::Handle group = h5::createGroup(kernels, layerGroup(info));
    h5::setInteger(group.id(), "layer", info.layer);
    h5::setText(group.id(), "axis", info.axis);
    h5::setText(group.id(), "kind", info.kind);
    h5::setText(group.id(), "mode", info.mode);
    h5::setBool(group.id(), "causal", info.causal);
    h5::setInteger(group.id(), "length", info.length);
    h5::setText(group.id(), "description", info.description);
    const auto channels = static_cast<hsize_t>(info.channels);
    const auto lags = static_cast<hsize_t>(2 * info.length - 1);
    const h5::Handle values = h5::createChunked(group.id(), "kernel", h5::halfType().id(),
                                                {track.size(), channels, lags}, {1, channels, lags});
    std::vector<std::int64_t> steps;
    std::vector<float> scales;
    for (const auto& [step, kernel] : track) {
        h5::writeChunk(values, steps.size(), 1, *kernel.chunk);
        steps.push_back(step);
        scales.push_back(kernel.scale);
    }
    describeValues(values, "Toeplitz kernel", "1");
    describePlot(group, fmt::format("Kernel of layer {}, {}", info.layer, info.axis), "kernel",
                 {"step", "channel", "lag"});
    const h5::Handle step = writeStepAxis(group.id(), steps);
    std::vector<std::int64_t> numbers(channels);
    std::iota(numbers.begin(), numbers.end(), 0);
    const h5::Handle channel = h5::writeIntegers(group.id(), "channel", numbers);
    describeValues(channel, "Channel", "1");
    h5::makeScale(channel, "channel");
    numbers.resize(lags);
    std::iota(numbers.begin(), numbers.end(), 1 - info.length);
    const h5::Handle lag = h5::writeIntegers(group.id(), "lag", numbers);
    describeValues(lag, "Lag k", "positions");
    h5::makeScale(lag, "lag");
    h5::attachScale(values, step, 0);
    h5::attachScale(values, channel, 1);
    h5::attachScale(values, lag, 2);
    const h5::Handle scale = h5::writeBlock(group.id(), "scale", H5T_IEEE_F32LE, {scales.size()}, scales.data());
    describeValues(scale, "The kernel is `kernel` times this", "1");
}

} // namespace

void writeKernels(hid_t run, const RunStore& store)
{
    const h5::Handle group = h5::createGroup(run, "kernels");
    h5::setText(group.id(), "NX_class", "NXcollection");
    if (!store.header.layers.empty())
        h5::setText(group.id(), "default", layerGroup(store.header.layers.front()));
    for (std::size_t i = 0; i < store.header.layers.size(); ++i)
        writeLayer(group.id(), store.header.layers[i], store.kernels.layer(i));
}

void writeAnalysis(hid_t run, const RunStore& store)
{
    const h5::Handle group = h5::createGroup(run, "analysis");
    h5::setText(group.id(), "NX_class", "NXcollection");
    h5::setText(group.id(), "default", scores().front().name);
    const std::vector<hsize_t> shape = {store.ladder.size(), store.header.layers.size()};
    std::vector<std::int64_t> steps;
    for (const auto& entry : store.ladder)
        steps.push_back(entry.first);
    std::vector<std::int64_t> layers(store.header.layers.size());
    std::iota(layers.begin(), layers.end(), 1);
    std::vector<std::string> names;
    for (const LayerInfo& info : store.header.layers)
        names.push_back(layerGroup(info));
    h5::writeTexts(group.id(), "layer_name", names);
    const auto gather = [&](const auto& get) {
        std::vector<std::decay_t<decltype(get(LayerScores{}))>> values;
        for (const auto& entry : store.ladder) {
            for (const LayerScores& scores : entry.second.layers)
                values.push_back(get(scores));
        }
        return values;
    };
    for (const WholeNumber& number : wholeNumbers()) {
        const auto values = gather([&](const LayerScores& scores) { return scores.*number.member; });
        h5::writeRows(group.id(), number.name, H5T_STD_I64LE, shape, values.data());
    }
    writeStepAxis(group.id(), steps);
    for (const Score& score : scores()) {
        const h5::Handle plot = h5::createGroup(group.id(), score.name);
        const h5::Handle step = writeStepAxis(plot.id(), steps);
        const h5::Handle layer = h5::writeIntegers(plot.id(), "layer", layers);
        describeValues(layer, "Layer, in the order of layer_name", "1");
        h5::makeScale(layer, "layer");
        for (const Quantile& quantile : quantiles()) {
            const auto values =
                gather([&](const LayerScores& scores) { return scores.*score.member.*quantile.member; });
            const h5::Handle dataset = h5::writeRows(plot.id(), quantile.name, H5T_IEEE_F64LE, shape, values.data());
            describeValues(dataset, fmt::format("{}, {} over channels", score.label, quantile.label), score.units);
            h5::attachScale(dataset, step, 0);
            h5::attachScale(dataset, layer, 1);
        }
        describePlot(plot, score.label, "median", {"step", "layer"});
        h5::setTexts(plot.id(), "auxiliary_signals", {"q1", "q3"});
    }
}

} // namespace toeplab::core::layout
