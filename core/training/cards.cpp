// SPDX-License-Identifier: Apache-2.0
// What runtime.h says of devices: graphics cards as LibTorch and the GPU library share them.
#include "core/device/gpu.h"
#include "core/training/meters.h"
#include "core/training/runtime.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>

#include <charconv>
#include <filesystem>

namespace toeplab::core
{
namespace
{

constexpr double kMib = 1 << 20;

std::string why_no_gpu;

/// Where everything of this process runs on the card. Not CUDA's default stream, whose work cannot be recorded.
c10::Stream streamOf(int index)
{
    const c10::Device device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index));
    static const c10::Stream stream =
        c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getStreamFromGlobalPool(device, true);
    return stream;
}

/// LibTorch's messages go on with a stack trace; the first line says what happened. Without its full stop.
std::string firstLine(const std::exception& error)
{
    std::string first = error.what();
    first = first.substr(0, first.find('\n'));
    while (!first.empty() && (first.back() == '.' || first.back() == ' '))
        first.pop_back();
    return first;
}

/// LibTorch's caching allocator, for workspaces: freed blocks of either side serve both.
kernels::gpu::Allocator torchAllocator()
{
    at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
    kernels::gpu::Allocator allocator;
    allocator.owner = at::detail::getCUDAHooks().getCUDADeviceAllocator();
    allocator.allocate = [](void* owner, std::size_t bytes) -> void* {
        try {
            return static_cast<c10::Allocator*>(owner)->raw_allocate(bytes);
        } catch (const std::exception&) { // none left: null is how the caller is told, and it says so
            return nullptr;
        }
    };
    allocator.release = [](void* owner, void* data) { static_cast<c10::Allocator*>(owner)->raw_deallocate(data); };
    return allocator;
}

Result<void> useCard(const std::string& wanted)
{
    int index = 0;
    if (const std::size_t colon = wanted.find(':'); colon != std::string::npos) {
        const char* end = wanted.data() + wanted.size();
        const auto parsed = std::from_chars(wanted.data() + colon + 1, end, index);
        if (parsed.ec != std::errc() || parsed.ptr != end)
            return fail("{} names no graphics card. Use cuda:N, with N from 0.", wanted);
    }
    if (auto found = findGpu(index); !found)
        return found;
    try {
        const kernels::gpu::Allocator allocator = torchAllocator();
        void* stream = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getStreamNativeHandle(streamOf(index));
        if (auto used = useGpu(index, stream, allocator); !used)
            return used;
        enterDevice();
    } catch (const std::exception& error) {
        return fail("LibTorch cannot use graphics card {}: {}. See what nvidia-smi says, or use --device cpu.", index,
                    firstLine(error));
    }
    return {};
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

void enterDevice()
{
    if (currentGpu() == nullptr)
        return;
    const c10::impl::DeviceGuardImplInterface* cards = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA);
    cards->setDevice(c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(currentGpuIndex())));
    cards->exchangeStream(streamOf(currentGpuIndex()));
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
    const auto& reserved = stats.reserved_bytes[static_cast<std::size_t>(StatType::AGGREGATE)];
    return {static_cast<double>(bytes.current) / kMib, static_cast<double>(bytes.peak) / kMib,
            static_cast<double>(reserved.current) / kMib};
}

double freeCardMib()
{
    if (currentGpu() == nullptr)
        return 0;
    return static_cast<double>(cardAllocator().getMemoryInfo(static_cast<c10::DeviceIndex>(currentGpuIndex())).first) /
           kMib;
}

void releaseUnusedCardMemory()
{
    if (currentGpu() != nullptr)
        cardAllocator().emptyCache();
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
    const std::string first = firstLine(error);
    const auto says = [&first](const char* words) { return first.find(words) != std::string::npos; };
    const bool of_card = dynamic_cast<const GpuFailure*>(&error) != nullptr;
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr || (of_card && says("memory left")))
        return fmt::format("the graphics card ran out of memory (its tensors held {:.0f} MiB). Lower train.batch, now "
                           "{}, or task.length_limit, or set train.precision to bf16.",
                           cardMemory().peak_mib, batch);
    // What a card refuses stays refused for the process; what the GPU library does not do for a shape is no failure.
    if (says("CUDA error") || (of_card && says("The GPU refused")))
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

} // namespace toeplab::core
