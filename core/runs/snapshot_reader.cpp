// SPDX-License-Identifier: Apache-2.0
#include "core/runs/checkpoint_io.h"
#include "core/runs/chunk_codec.h"
#include "core/runs/h5_data.h"
#include "core/runs/h5_types.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace toeplab::core
{

namespace
{

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
    if (auto checked = checkLayers(header); !checked)
        throw h5::Failure(checked.error().message);
    return header;
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
    const std::vector<double> scales = h5::readReals(group.id(), "scale");
    if (scales.size() != steps.size())
        throw h5::Failure(fmt::format("{} scales for {} kernels", scales.size(), steps.size()));
    const std::vector<std::byte> halves =
        h5::readRange(h5::openDataset(group.id(), "kernel"), row, 1, h5::halfType().id());
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

RunStore readHeaderStore(hid_t file)
{
    const h5::Handle run = h5::openGroup(file, "run");
    RunStore store(readHeader(run.id()));
    store.id = h5::textAttribute(run.id(), "id", "");
    store.generation = h5::integerAttribute(run.id(), "generation", 0);
    store.started_unix = h5::realAttribute(run.id(), "started_unix", 0);
    store.state = stateFromString(h5::textAttribute(file, "toeplab_state", ""));
    return store;
}

SnapshotContent readContent(hid_t file)
{
    RunStore store = readHeaderStore(file);
    SnapshotContent content{{}, store.id, store.generation, store.started_unix};
    RunData& data = content.data;
    data.header = std::move(store.header);
    data.state = store.state;
    data.training = readTraining(file);
    data.validation = readValidation(file);
    data.events = readEvents(file);
    data.ladder = readLadder(file, data.header.layers.size());
    const h5::Handle run = h5::openGroup(file, "run");
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

std::vector<StoredKernel> readTrack(hid_t file, const LayerInfo& info, std::size_t layer_index, std::size_t* lost)
{
    const h5::Handle group = h5::openGroup(file, "run/kernels/" + layerGroup(info));
    const std::vector<std::int64_t> steps = h5::readIntegers(group.id(), "step");
    const std::vector<double> scales = h5::readReals(group.id(), "scale");
    const h5::Handle dataset = h5::openDataset(group.id(), "kernel");
    const std::vector<hsize_t> expected = {steps.size(), static_cast<hsize_t>(info.channels),
                                           static_cast<hsize_t>(2 * info.length - 1)};
    if (h5::shapeOf(dataset) != expected || scales.size() != steps.size())
        throw h5::Failure(fmt::format("the kernels of layer {} have another shape than the layer", info.layer));
    std::vector<StoredKernel> track;
    for (std::size_t row = 0; row < steps.size(); ++row) {
        try {
            const std::vector<std::byte> halves = h5::readRange(dataset, row, 1, h5::halfType().id());
            track.push_back({layer_index, steps[row], static_cast<float>(scales[row]),
                             std::make_shared<const std::vector<std::byte>>(encodeChunk(halves, 2))});
        } catch (const h5::Failure&) {
            if (lost == nullptr)
                throw;
            ++*lost;
        }
    }
    return track;
}

std::string readRunId(hid_t file)
{
    return h5::textAttribute(h5::openGroup(file, "run").id(), "id", "");
}

std::vector<LayerInfo> readLayers(hid_t file)
{
    return readHeader(h5::openGroup(file, "run").id()).layers;
}

} // namespace toeplab::core
