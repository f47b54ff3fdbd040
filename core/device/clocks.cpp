// SPDX-License-Identifier: Apache-2.0
#include "core/device/clocks.h"

#include "core/device/gpu.h"

#include <dlfcn.h>

namespace toeplab::core
{
namespace
{

// Of nvml.h, which comes with CUDA's toolkit only.
using NvmlDevice = void*;
constexpr unsigned kProcessors = 1; // NVML_CLOCK_SM
constexpr unsigned kMemory = 2;     // NVML_CLOCK_MEM

template <typename Function>
Function* named(void* library, const char* name)
{
    return reinterpret_cast<Function*>(dlsym(library, name));
}

} // namespace

std::optional<GpuClocks> currentGpuClocks()
{
    if (currentGpu() == nullptr)
        return {};
    void* library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return {};
    const auto init = named<int()>(library, "nvmlInit_v2");
    const auto find = named<int(const char*, NvmlDevice*)>(library, "nvmlDeviceGetHandleByPciBusId_v2");
    const auto clock = named<int(NvmlDevice, unsigned, unsigned*)>(library, "nvmlDeviceGetClockInfo");
    const auto highest = named<int(NvmlDevice, unsigned, unsigned*)>(library, "nvmlDeviceGetMaxClockInfo");
    if (init == nullptr || find == nullptr || clock == nullptr || highest == nullptr)
        return {};
    NvmlDevice device = nullptr;
    unsigned processors = 0, most = 0, memory = 0;
    const char* bus = gpus()[static_cast<std::size_t>(currentGpuIndex())].bus;
    const bool said = init() == 0 && find(bus, &device) == 0 && clock(device, kProcessors, &processors) == 0 &&
                      highest(device, kProcessors, &most) == 0 && clock(device, kMemory, &memory) == 0;
    if (!said)
        return {};
    return GpuClocks{static_cast<double>(processors), static_cast<double>(most), static_cast<double>(memory)};
}

} // namespace toeplab::core
