// SPDX-License-Identifier: Apache-2.0
#include "core/training/runtime.h"

#include "core/device/gpu.h"
#include "core/training/meters.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>
#include <torch/headeronly/version.h>

#include <charconv>
#include <filesystem>

namespace toeplab::core
{
namespace
{

std::string why_no_gpu;

Result<void> useCard(const std::string& wanted)
{
    int index = 0;
    if (const std::size_t colon = wanted.find(':'); colon != std::string::npos) {
        const char* end = wanted.data() + wanted.size();
        const auto parsed = std::from_chars(wanted.data() + colon + 1, end, index);
        if (parsed.ec != std::errc() || parsed.ptr != end)
            return fail("{} names no graphics card. Use cuda:N, with N from 0.", wanted);
    }
    return useGpu(index);
}

c10::DeviceAllocator& cardAllocator()
{
    return *c10::getDeviceAllocator(c10::DeviceType::CUDA);
}

} // namespace

bool hasGpuDriver()
{
    return std::filesystem::exists("/proc/driver/nvidia/version") || std::filesystem::exists("/dev/nvidiactl");
}

Result<void> setDevice(const std::string& wanted)
{
    if (wanted == "cpu" || currentGpu() != nullptr)
        return {};
    if (wanted != "auto")
        return useCard(wanted);
    if (!hasGpuDriver())
        return {};
    if (const Result<void> used = useCard("cuda:0"); !used)
        why_no_gpu = used.error().message;
    return {};
}

std::string deviceName()
{
    return currentGpu() != nullptr ? fmt::format("cuda:{}", currentGpuIndex()) : "cpu";
}

std::string deviceDescription()
{
    return currentGpu() != nullptr ? gpus()[static_cast<std::size_t>(currentGpuIndex())].name : processorName();
}

std::string whyNoGpu()
{
    return why_no_gpu;
}

Result<std::vector<GraphicsCard>> graphicsCards()
{
    if (const Result<void> loaded = loadGpus(); !loaded)
        return tl::unexpected(loaded.error());
    std::vector<GraphicsCard> cards;
    for (const kernels::gpu::DeviceDescription& one : gpus())
        cards.push_back({one.name, fmt::format("{}.{}", one.major, one.minor),
                         fmt::format("{}.{}", one.driver / 1000, one.driver % 1000 / 10), one.processors,
                         one.memory_mib, one.free_mib, one.gigabytes_s});
    return cards;
}

void setProducts(const std::string& precision)
{
    if (currentGpu() == nullptr)
        return;
    at::globalContext().setAllowTF32CuBLAS(precision == "tf32");
    at::globalContext().setAllowBF16ReductionCuBLAS(false, true);
}

CardMemory cardMemory()
{
    if (currentGpu() == nullptr)
        return {};
    using namespace c10::CachingDeviceAllocator;
    const DeviceStats stats = cardAllocator().getDeviceStats(static_cast<c10::DeviceIndex>(currentGpuIndex()));
    const auto& bytes = stats.allocated_bytes[static_cast<std::size_t>(StatType::AGGREGATE)];
    constexpr double kMib = 1 << 20;
    return {static_cast<double>(bytes.current) / kMib, static_cast<double>(bytes.peak) / kMib};
}

void forgetCardPeak()
{
    if (currentGpu() != nullptr)
        cardAllocator().resetPeakStats(static_cast<c10::DeviceIndex>(currentGpuIndex()));
}

double memoryInUseMib()
{
    return currentGpu() != nullptr ? cardMemory().peak_mib : residentMib();
}

std::string whatWentWrong(const std::exception& error, std::int64_t batch)
{
    std::string first = error.what();
    first = first.substr(0, first.find('\n'));
    while (!first.empty() && (first.back() == '.' || first.back() == ' '))
        first.pop_back();
    const bool out_of_memory =
        dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr || first.find("memory left") != std::string::npos;
    if (currentGpu() != nullptr && out_of_memory)
        return fmt::format("the graphics card ran out of memory (its tensors held {:.0f} MiB). Lower train.batch, now "
                           "{}, or task.length_limit, or set train.precision to bf16.",
                           cardMemory().peak_mib, batch);
    const bool lost =
        first.find("CUDA error") != std::string::npos || dynamic_cast<const GpuFailure*>(&error) != nullptr;
    if (currentGpu() != nullptr && lost)
        return fmt::format("the graphics card failed ({}), and this engine cannot use it any more. Resume the run from "
                           "its last checkpoint in a new one.",
                           first);
    return first + '.';
}

void synchronise()
{
    if (const Gpu* card = currentGpu(); card != nullptr)
        card->call(&kernels::gpu::Table::synchronise);
}

void setThreads(int threads)
{
    at::set_num_threads(threads > 0 ? threads : physicalCores());
}

int threads()
{
    return at::get_num_threads();
}

std::string libtorchVersion()
{
    return TORCH_VERSION;
}

std::string instructionSet()
{
    return at::get_cpu_capability();
}

} // namespace toeplab::core
