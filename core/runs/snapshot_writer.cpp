// SPDX-License-Identifier: Apache-2.0
#include "core/base/version.h"
#include "core/runs/checkpoint_io.h"
#include "core/runs/h5_data.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"
#include "core/runs/snapshot_layout.h"
#include "core/runs/snapshot_parts.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>

namespace toeplab::core
{

namespace
{

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
    layout::writeTraining(run.id(), store.training);
    layout::writeValidation(run.id(), store.validation);
    layout::writeEvents(run.id(), store.events);
    layout::writeKernels(run.id(), store);
    layout::writeAnalysis(run.id(), store);
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
