// SPDX-License-Identifier: Apache-2.0
#include "core/base/version.h"
#include "core/runs/checkpoint_io.h"
#include "core/runs/h5_data.h"
#include "core/runs/h5_types.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"
#include "core/runs/snapshot_layout.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <numeric>

namespace toeplab::core
{

namespace
{

/// A curve, image or stack that programs plot by themselves: the signal over its axes, all direct children.
void describePlot(const h5::Handle& group, const std::string& title, const std::string& signal,
                  const std::vector<std::string>& axes)
{
    h5::setText(group.id(), "NX_class", "NXdata");
    h5::setText(group.id(), "title", title);
    h5::setText(group.id(), "signal", signal);
    h5::setTexts(group.id(), "axes", axes);
    for (std::size_t i = 0; i < axes.size(); ++i)
        h5::setInteger(group.id(), (axes[i] + "_indices").c_str(), static_cast<std::int64_t>(i));
}

void describeValues(const h5::Handle& dataset, const std::string& long_name, const std::string& units)
{
    h5::setText(dataset.id(), "long_name", long_name);
    h5::setText(dataset.id(), "units", units);
}

h5::Handle writeStepAxis(hid_t group, const std::vector<std::int64_t>& steps)
{
    h5::Handle axis = h5::writeIntegers(group, "step", steps);
    describeValues(axis, "Step", "optimiser steps");
    h5::makeScale(axis, "step");
    return axis;
}

h5::Handle writeColumn(hid_t group, const std::string& name, hid_t type, hsize_t rows,
                       std::span<const MetricsColumns::Chunk> sealed, std::span<const MetricsColumns::Chunk> tail)
{
    h5::Handle dataset = h5::createChunked(group, name, type, {rows}, {MetricsColumns::kChunkRows});
    hsize_t index = 0;
    for (const auto chunks : {sealed, tail}) {
        for (const MetricsColumns::Chunk& chunk : chunks)
            h5::writeChunk(dataset, index++, MetricsColumns::kChunkRows, chunk);
    }
    return dataset;
}

void writeTraining(hid_t run, const MetricsColumns& rows)
{
    const h5::Handle training = h5::createGroup(run, "training");
    h5::setText(training.id(), "NX_class", "NXcollection");
    h5::setText(training.id(), "default", "loss");
    const MetricsColumns::Encoded tail = rows.encodeTail();
    const auto columns = metricsColumns();
    const auto sealed = [&](std::size_t column) {
        return rows.sealed().reals.empty() ? std::span<const MetricsColumns::Chunk>()
                                           : std::span<const MetricsColumns::Chunk>(rows.sealed().reals[column]);
    };
    // The axes lie in the first curve's group; the others have them by a second name.
    const std::string home(columns.front().name);
    const h5::Handle first = h5::createGroup(training.id(), home);
    const h5::Handle step =
        writeColumn(first.id(), "step", H5T_STD_I64LE, rows.size(), rows.sealed().steps, tail.steps);
    describeValues(step, "Step", "optimiser steps");
    h5::makeScale(step, "step");
    std::vector<std::string> axes = {"step"};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].curve)
            continue;
        describeValues(writeColumn(first.id(), columns[i].name, H5T_IEEE_F64LE, rows.size(), sealed(i), tail.reals[i]),
                       columns[i].label, columns[i].units);
        axes.emplace_back(columns[i].name);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].curve)
            continue;
        const std::string name(columns[i].name);
        const h5::Handle group =
            name == home ? h5::openGroup(training.id(), name) : h5::createGroup(training.id(), name);
        const h5::Handle values = writeColumn(group.id(), name, H5T_IEEE_F64LE, rows.size(), sealed(i), tail.reals[i]);
        describeValues(values, columns[i].label, columns[i].units);
        describePlot(group, columns[i].label, name, {"step"});
        for (const std::string& axis : axes) {
            if (name != home)
                h5::hardLink(training.id(), home + "/" + axis, name + "/" + axis);
            if (axis != "step")
                h5::setInteger(group.id(), (axis + "_indices").c_str(), 0);
        }
        if (columns[i].logarithmic)
            h5::setText(group.id(), "SILX_style", layout::kLogarithmicValues);
        h5::attachScale(values, step, 0);
    }
}

/// Curves of one split; `rows` says which of all validations they are.
void writeSplit(hid_t group, const std::vector<ValidationRow>& rows, const std::string& split)
{
    std::vector<std::int64_t> steps, samples, positions;
    std::vector<double> loss, accuracy;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].split != split)
            continue;
        steps.push_back(rows[i].step);
        samples.push_back(rows[i].samples);
        positions.push_back(static_cast<std::int64_t>(i));
        loss.push_back(rows[i].loss);
        accuracy.push_back(rows[i].accuracy);
    }
    const auto curve = [&](const char* name, const char* label, const char* units, const std::vector<double>& values) {
        const h5::Handle plot = h5::createGroup(group, name);
        const h5::Handle signal = h5::writeBlock(plot.id(), name, H5T_IEEE_F64LE, {values.size()}, values.data());
        describeValues(signal, label, units);
        describePlot(plot, fmt::format("{} ({})", label, split), name, {"step"});
        const h5::Handle axis = writeStepAxis(plot.id(), steps);
        h5::attachScale(signal, axis, 0);
        h5::writeIntegers(plot.id(), "samples", samples);
        h5::writeIntegers(plot.id(), "row", positions);
    };
    curve("loss", "Validation loss", "nats", loss);
    curve("accuracy", "Validation accuracy", "1", accuracy);
    h5::setText(group, "split", split);
    h5::setText(group, "default", "accuracy");
}

void writeValidation(hid_t run, const std::vector<ValidationRow>& rows)
{
    const h5::Handle group = h5::createGroup(run, "validation");
    h5::setText(group.id(), "NX_class", "NXcollection");
    writeSplit(group.id(), rows, "val");
    std::map<std::string, std::string> others; // split to group
    for (const ValidationRow& row : rows) {
        if (row.split != "val")
            others.emplace(row.split, fmt::format("split_{}", others.size() + 1));
    }
    for (const auto& [split, name] : others) {
        const h5::Handle other = h5::createGroup(group.id(), name);
        h5::setText(other.id(), "NX_class", "NXcollection");
        writeSplit(other.id(), rows, split);
    }
}

void writeEvents(hid_t run, const std::vector<RunEvent>& events)
{
    std::vector<std::int64_t> steps;
    std::vector<double> times, values;
    std::vector<std::string> kinds, texts;
    for (const RunEvent& event : events) {
        steps.push_back(event.step);
        times.push_back(event.unix_seconds);
        values.push_back(event.value);
        kinds.push_back(event.kind);
        texts.push_back(event.text);
    }
    const h5::Handle group = h5::createGroup(run, "events");
    h5::setText(group.id(), "NX_class", "NXcollection");
    describeValues(h5::writeIntegers(group.id(), "step", steps), "Step", "optimiser steps");
    const h5::Handle time = h5::writeBlock(group.id(), "time", H5T_IEEE_F64LE, {times.size()}, times.data());
    describeValues(time, "Time since 1970-01-01 UTC", "s");
    h5::writeTexts(group.id(), "kind", kinds);
    h5::writeTexts(group.id(), "text", texts);
    h5::writeBlock(group.id(), "value", H5T_IEEE_F64LE, {values.size()}, values.data());
}

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
    h5::setText(group.id(), "default", layout::scores().front().name);
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
    for (const layout::WholeNumber& number : layout::wholeNumbers()) {
        const auto values = gather([&](const LayerScores& scores) { return scores.*number.member; });
        h5::writeBlock(group.id(), number.name, H5T_STD_I64LE, shape, values.data());
    }
    writeStepAxis(group.id(), steps);
    for (const layout::Score& score : layout::scores()) {
        const h5::Handle plot = h5::createGroup(group.id(), score.name);
        const h5::Handle step = writeStepAxis(plot.id(), steps);
        const h5::Handle layer = h5::writeIntegers(plot.id(), "layer", layers);
        describeValues(layer, "Layer, in the order of layer_name", "1");
        h5::makeScale(layer, "layer");
        for (const layout::Quantile& quantile : layout::quantiles()) {
            const auto values =
                gather([&](const LayerScores& scores) { return scores.*score.member.*quantile.member; });
            const h5::Handle dataset = h5::writeBlock(plot.id(), quantile.name, H5T_IEEE_F64LE, shape, values.data());
            describeValues(dataset, fmt::format("{}, {} over channels", score.label, quantile.label), score.units);
            h5::attachScale(dataset, step, 0);
            h5::attachScale(dataset, layer, 1);
        }
        describePlot(plot, score.label, "median", {"step", "layer"});
        h5::setTexts(plot.id(), "auxiliary_signals", {"q1", "q3"});
    }
}

void writeCheckpoints(hid_t run, const RunStore& store)
{
    const h5::Handle group = h5::createGroup(run, "checkpoints");
    h5::setText(group.id(), "NX_class", "NXcollection");
    if (store.last)
        writeCheckpointGroup(group.id(), "last", *store.last, store.header);
    if (store.best)
        writeCheckpointGroup(group.id(), "best", *store.best, store.header);
}

std::string isoTime(double unix_seconds)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

void describeRun(hid_t object, const RunStore& store)
{
    h5::setText(object, "toeplab_schema", fmt::format("{}.{}", kSchemaMajor, kSchemaMinor));
    h5::setText(object, "toeplab_state", toString(store.state));
}

void fill(hid_t file, const RunStore& store)
{
    h5::setText(file, "NX_class", "NXroot");
    h5::setText(file, "default", "run");
    h5::setText(file, "creator", "toeplab " + buildInfo().version);
    describeRun(file, store);
    const h5::Handle run = h5::createGroup(file, "run");
    h5::setText(run.id(), "NX_class", "NXentry");
    h5::setText(run.id(), "default", "training/loss");
    describeRun(run.id(), store);
    h5::setText(run.id(), "id", store.id);
    h5::setInteger(run.id(), "generation", store.generation);
    h5::setReal(run.id(), "started_unix", store.started_unix);
    h5::setInteger(run.id(), "parameters", store.header.parameters);
    h5::writeText(run.id(), "title", cleanText(layout::experimentName(store.header)));
    h5::writeText(run.id(), "start_time", isoTime(store.started_unix));
    h5::writeText(run.id(), "config", jsonText(store.header.experiment, 2));
    h5::writeText(run.id(), "provenance", jsonText(store.header.provenance, 2));
    nlohmann::json layers = nlohmann::json::array();
    for (const LayerInfo& info : store.header.layers)
        layers.push_back(toJson(info));
    h5::writeText(run.id(), "layers", jsonText(layers, 2));
    writeTraining(run.id(), store.training);
    writeValidation(run.id(), store.validation);
    writeEvents(run.id(), store.events);
    writeKernels(run.id(), store);
    writeAnalysis(run.id(), store);
    writeCheckpoints(run.id(), store);
}

} // namespace

Result<void> writeSnapshot(const RunStore& store, const std::string& path, Existing existing)
{
    const h5::Lock lock;
    try {
        const h5::Handle file = h5::createInMemory();
        fill(file.id(), store);
        const std::span<const std::byte> content = h5::image(file);
        const std::vector<std::byte> seal = makeSeal(content, layout::summaryOf(store));
        const std::array<std::span<const std::byte>, 2> parts = {content, seal};
        return writeAtomically(path, parts, existing);
    } catch (const std::exception& error) {
        return fail("The run file {} could not be composed: {}. What was logged is kept in memory and in its journal.",
                    path, error.what());
    }
}

} // namespace toeplab::core
