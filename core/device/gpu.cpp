// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"

#include "core/device/libraries.h"

#include <memory>
#include <optional>
#include <utility>

namespace toeplab::core
{
namespace
{

const Gpu* stand_in = nullptr;

struct Cards {
    std::optional<Result<const kernels::gpu::Table*>> table;
    std::vector<kernels::gpu::DeviceDescription> descriptions;
    std::vector<std::pair<int, std::unique_ptr<Gpu>>> used;
};

/// Never destroyed: at the end of the process the driver may be gone before.
Cards& cards()
{
    static auto* const all = new Cards;
    return *all;
}

Result<const kernels::gpu::Table*> load(std::vector<kernels::gpu::DeviceDescription>& descriptions)
{
    const Result<const kernels::gpu::Table*> table = loadGpuLibraries();
    if (!table)
        return table;
    const int count = (*table)->deviceCount();
    for (int index = 0; index < count; ++index) {
        kernels::gpu::DeviceDescription description;
        if ((*table)->describe(index, &description) != 0)
            return fail("Graphics card {} does not answer: {}. See what nvidia-smi says.", index, (*table)->message());
        descriptions.push_back(description);
    }
    if (descriptions.empty())
        return fail("There is an NVIDIA driver, and no graphics card answers. See what nvidia-smi says.");
    return table;
}

} // namespace

Gpu::Gpu(const kernels::gpu::Table& table, int index, void* stream, const kernels::gpu::Allocator& allocator)
    : table_(table)
{
    check(table_.createContext(index, stream, &allocator, &context_));
}

Gpu::~Gpu()
{
    static_cast<void>(table_.destroyContext(context_)); // nobody is left to be told
}

void Gpu::check(int status) const
{
    if (status != 0)
        throw GpuFailure(table_.message());
}

Result<void> loadGpus()
{
    Cards& all = cards();
    if (!all.table)
        all.table = load(all.descriptions);
    if (!*all.table)
        return tl::unexpected(all.table->error());
    return {};
}

const std::vector<kernels::gpu::DeviceDescription>& gpus()
{
    return cards().descriptions;
}

Result<void> findGpu(int index)
{
    if (auto found = loadGpus(); !found)
        return found;
    if (index < 0 || static_cast<std::size_t>(index) >= gpus().size())
        return fail("There is no graphics card {}: this machine has {}, numbered from 0.", index, gpus().size());
    return {};
}

Result<void> useGpu(int index, void* stream, const kernels::gpu::Allocator& allocator)
{
    if (auto found = findGpu(index); !found)
        return found;
    Cards& all = cards();
    try {
        all.used.emplace_back(index, std::make_unique<Gpu>(***all.table, index, stream, allocator));
    } catch (const GpuFailure& error) {
        return fail("Graphics card {} cannot be used: {}. See what nvidia-smi says, or use --device cpu.", index,
                    error.what());
    }
    return {};
}

std::vector<int> gpusInUse()
{
    std::vector<int> indices;
    for (const auto& [index, gpu] : cards().used)
        indices.push_back(index);
    return indices;
}

const Gpu* gpuAt(int index)
{
    for (const auto& [at, gpu] : cards().used) {
        if (at == index)
            return gpu.get();
    }
    return nullptr;
}

const Gpu* currentGpu()
{
    return cards().used.empty() ? nullptr : cards().used.front().second.get();
}

int currentGpuIndex()
{
    return cards().used.empty() ? -1 : cards().used.front().first;
}

GpuStandIn::GpuStandIn(const kernels::gpu::Table& table) : gpu_(table, 0, nullptr, {})
{
    stand_in = &gpu_;
}

GpuStandIn::~GpuStandIn()
{
    stand_in = nullptr;
}

const Gpu* GpuStandIn::current()
{
    return stand_in;
}

} // namespace toeplab::core
