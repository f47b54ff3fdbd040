// SPDX-License-Identifier: Apache-2.0
#include "core/runs/checkpoint_io.h"
#include "core/runs/chunk_codec.h"
#include "core/runs/h5_data.h"
#include "core/runs/h5_types.h"
#include "core/runs/snapshot.h"
#include "core/runs/snapshot_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace toeplab::core
{

namespace
{

template <typename T>
void expectRows(const std::vector<T>& values, std::size_t rows, const std::string& name)
{
    if (values.size() != rows)
        throw h5::Failure(fmt::format("{} has {} values where there are {} rows", name, values.size(), rows));
}

std::vector<double> readRealRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<double> values = h5::readReals(group, name);
    expectRows(values, rows, name);
    return values;
}

std::vector<std::int64_t> readWholeRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<std::int64_t> values = h5::readIntegers(group, name);
    expectRows(values, rows, name);
    return values;
}

std::vector<std::string> readTextRows(hid_t group, const std::string& name, std::size_t rows)
{
    std::vector<std::string> values = h5::readTexts(group, name);
    expectRows(values, rows, name);
    return values;
}

std::vector<LayerInfo> layersOf(hid_t run)
{
    std::vector<LayerInfo> layers;
    for (const nlohmann::json& layer : nlohmann::json::parse(h5::readText(run, "layers")))
        layers.push_back(layerFromJson(layer));
    return layers;
}

RunHeader readHeader(hid_t run)
{
    RunHeader header;
    header.experiment = nlohmann::json::parse(h5::readText(run, "config"));
    header.provenance = nlohmann::json::parse(h5::readText(run, "provenance"));
    header.parameters = h5::integerAttribute(run, "parameters", 0);
    header.layers = layersOf(run);
    return header;
}

std::vector<MetricsRow> readTraining(hid_t run)
{
    const h5::Handle training = h5::openGroup(run, "training");
    const auto columns = metricsColumns();
    const std::string home(columns.front().name);
    const std::vector<std::int64_t> steps = h5::readIntegers(training.id(), home + "/step");
    std::vector<MetricsRow> rows(steps.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].step = steps[i];
    for (const MetricsColumn& column : columns) {
        const std::string path = fmt::format("{}/{}", column.curve ? column.name : home, column.name);
        const std::vector<double> values = readRealRows(training.id(), path, rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].*column.member = values[i];
    }
    return rows;
}

void readSplit(hid_t group, std::vector<std::pair<std::int64_t, ValidationRow>>& into)
{
    const std::string split = h5::textAttribute(group, "split", "val");
    const std::vector<std::int64_t> steps = h5::readIntegers(group, "loss/step");
    const std::vector<std::int64_t> order = readWholeRows(group, "loss/row", steps.size());
    const std::vector<std::int64_t> samples = readWholeRows(group, "loss/samples", steps.size());
    const std::vector<double> loss = readRealRows(group, "loss/loss", steps.size());
    const std::vector<double> accuracy = readRealRows(group, "accuracy/accuracy", steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i)
        into.push_back({order[i], {steps[i], split, loss[i], accuracy[i], samples[i]}});
}

std::vector<ValidationRow> readValidation(hid_t run)
{
    const h5::Handle group = h5::openGroup(run, "validation");
    std::vector<std::pair<std::int64_t, ValidationRow>> ordered;
    readSplit(group.id(), ordered);
    for (const std::string& name : h5::children(group.id())) {
        if (name.starts_with("split_"))
            readSplit(h5::openGroup(group.id(), name).id(), ordered);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ValidationRow> rows;
    for (auto& entry : ordered)
        rows.push_back(std::move(entry.second));
    return rows;
}

std::vector<RunEvent> readEvents(hid_t run)
{
    const h5::Handle group = h5::openGroup(run, "events");
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    const std::vector<double> times = readRealRows(group.id(), "time", steps.size());
    const std::vector<double> values = readRealRows(group.id(), "value", steps.size());
    const std::vector<std::string> kinds = readTextRows(group.id(), "kind", steps.size());
    const std::vector<std::string> texts = readTextRows(group.id(), "text", steps.size());
    std::vector<RunEvent> events;
    for (std::size_t i = 0; i < steps.size(); ++i)
        events.push_back({steps[i], times[i], kinds[i], texts[i], values[i]});
    return events;
}

std::vector<LadderSnapshot> readLadder(hid_t run, std::size_t layers)
{
    const h5::Handle group = h5::openGroup(run, "analysis");
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    std::vector<LadderSnapshot> ladder(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i)
        ladder[i] = {steps[i], std::vector<LayerScores>(layers)};
    const auto spread = [&](const auto& values, const auto& place) {
        for (std::size_t i = 0; i < values.size(); ++i)
            place(ladder[i / layers].layers[i % layers]) = values[i];
    };
    const std::size_t cells = steps.size() * layers;
    for (const layout::WholeNumber& number : layout::wholeNumbers())
        spread(readWholeRows(group.id(), number.name, cells),
               [&](LayerScores& scores) -> std::int64_t& { return scores.*number.member; });
    for (const layout::Score& score : layout::scores()) {
        for (const layout::Quantile& quantile : layout::quantiles())
            spread(readRealRows(group.id(), fmt::format("{}/{}", score.name, quantile.name), cells),
                   [&](LayerScores& scores) -> double& { return scores.*score.member.*quantile.member; });
    }
    return ladder;
}

std::int64_t checkpointStep(hid_t run, const char* which)
{
    const std::string path = fmt::format("checkpoints/{}", which);
    return h5::exists(run, path) ? h5::integerAttribute(h5::openGroup(run, path).id(), "step", -1) : -1;
}

/// The row of the float16 track that holds a step.
std::vector<float> readRounded(hid_t run, const LayerInfo& info, std::int64_t step)
{
    const h5::Handle group = h5::openGroup(run, "kernels/" + layerGroup(info));
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    const auto found = std::find(steps.begin(), steps.end(), step);
    if (found == steps.end())
        return {};
    const auto row = static_cast<std::size_t>(found - steps.begin());
    const std::vector<double> scales = readRealRows(group.id(), "scale", steps.size());
    const std::vector<std::byte> halves = h5::readRow(h5::openDataset(group.id(), "kernel"), row, h5::halfType().id());
    return halvesToFloats(halves, static_cast<float>(scales[row]));
}

std::vector<float> readUnrounded(hid_t run, const LayerInfo& info, std::int64_t step)
{
    for (const char* which : {"last", "best"}) {
        const std::string path = fmt::format("checkpoints/{}/kernels/{}", which, layerGroup(info));
        if (checkpointStep(run, which) != step || !h5::exists(run, path))
            continue;
        const std::vector<std::byte> bytes = h5::readBlock(h5::openDataset(run, path), H5T_NATIVE_FLOAT);
        std::vector<float> values(bytes.size() / sizeof(float));
        std::memcpy(values.data(), bytes.data(), bytes.size());
        return values;
    }
    return {};
}

} // namespace

SnapshotContent readContent(hid_t file)
{
    const h5::Handle run = h5::openGroup(file, "run");
    SnapshotContent content;
    content.id = h5::textAttribute(run.id(), "id", "");
    content.generation = h5::integerAttribute(run.id(), "generation", 0);
    content.started_unix = h5::realAttribute(run.id(), "started_unix", 0);
    RunData& data = content.data;
    data.header = readHeader(run.id());
    data.state = stateFromString(h5::textAttribute(file, "toeplab_state", ""));
    data.training = readTraining(run.id());
    data.validation = readValidation(run.id());
    data.events = readEvents(run.id());
    data.ladder = readLadder(run.id(), data.header.layers.size());
    const h5::Handle kernels = h5::openGroup(run.id(), "kernels");
    for (const LayerInfo& info : data.header.layers)
        data.kernel_steps.push_back(h5::readIntegers(kernels.id(), layerGroup(info) + "/step"));
    data.last_checkpoint_step = checkpointStep(run.id(), "last");
    data.best_checkpoint_step = checkpointStep(run.id(), "best");
    return content;
}

std::vector<float> readKernelValues(hid_t file, const LayerInfo& info, std::int64_t step)
{
    const h5::Handle run = h5::openGroup(file, "run");
    std::vector<float> values = readUnrounded(run.id(), info, step);
    if (values.empty())
        values = readRounded(run.id(), info, step);
    const auto expected = static_cast<std::size_t>(info.channels * (2 * info.length - 1));
    if (!values.empty() && values.size() != expected)
        throw h5::Failure(fmt::format("the kernel of layer {} at step {} has {} values, not {}", info.layer, step,
                                      values.size(), expected));
    return values;
}

std::vector<StoredKernel> readTrack(hid_t file, const LayerInfo& info, std::size_t layer_index)
{
    const h5::Handle group = h5::openGroup(file, "run/kernels/" + layerGroup(info));
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    const std::vector<double> scales = readRealRows(group.id(), "scale", steps.size());
    const h5::Handle dataset = h5::openDataset(group.id(), "kernel");
    std::vector<StoredKernel> track;
    for (std::size_t row = 0; row < steps.size(); ++row) {
        const std::vector<std::byte> halves = h5::readRow(dataset, row, h5::halfType().id());
        track.push_back({layer_index, steps[row], static_cast<float>(scales[row]),
                         std::make_shared<const std::vector<std::byte>>(encodeChunk(halves, 2))});
    }
    return track;
}

std::string readRunId(hid_t file)
{
    return h5::textAttribute(h5::openGroup(file, "run").id(), "id", "");
}

std::vector<LayerInfo> readLayers(hid_t file)
{
    return layersOf(h5::openGroup(file, "run").id());
}

} // namespace toeplab::core
