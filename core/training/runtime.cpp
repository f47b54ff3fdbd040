// SPDX-License-Identifier: Apache-2.0
#include "core/training/runtime.h"

#include "core/device/card_numbers.h"
#include "core/device/gpu.h"
#include "core/training/meters.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <torch/headeronly/version.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>

namespace toeplab::core
{
namespace
{

constexpr double kMib = 1 << 20;

std::string why_no_gpu;

/// Where everything of this process runs on a card. Not CUDA's default stream, whose work cannot be recorded.
c10::Stream streamOf(int index)
{
    static std::mutex mutex;
    static std::map<int, c10::Stream> streams;
    const std::lock_guard lock(mutex);
    const c10::Device device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index));
    const auto found = streams.find(index);
    return found != streams.end()
               ? found->second
               : streams
                     .emplace(
                         index,
                         c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getStreamFromGlobalPool(device, true))
                     .first->second;
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

Result<void> useCard(int index)
{
    try {
        const kernels::gpu::Allocator allocator = torchAllocator();
        enterCard(index); // where the allocator takes from
        void* stream = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getStreamNativeHandle(streamOf(index));
        return useGpu(index, stream, allocator);
    } catch (const std::exception& error) {
        return fail("LibTorch cannot use graphics card {}: {}. See what nvidia-smi says, or use --device cpu.", index,
                    firstLine(error));
    }
}

Result<void> useCards(const std::string& wanted)
{
    std::optional<std::vector<int>> numbers = cardNumbers(wanted);
    if (!numbers)
        return fail(
            "{} names no graphics card, or one twice. Use cuda:N with N from 0, cuda:N,M for several, or cuda:all.",
            wanted);
    if (numbers->empty()) {
        if (auto loaded = loadGpus(); !loaded)
            return loaded;
        numbers->resize(gpus().size());
        std::iota(numbers->begin(), numbers->end(), 0);
    }
    for (const int index : *numbers) {
        if (auto found = findGpu(index); !found)
            return found;
        const auto nameOf = [](int i) { return gpus()[static_cast<std::size_t>(i)].name; };
        if (nameOf(index) != nameOf(numbers->front()))
            return fail("Graphics card {} is an {} and card {} an {}: cards of two models round differently and would "
                        "drift apart. Name cards of one model.",
                        numbers->front(), nameOf(numbers->front()), index, nameOf(index));
    }
    for (const int index : *numbers) {
        if (auto used = useCard(index); !used)
            return used;
    }
    enterDevice();
    return {};
}

c10::DeviceAllocator& cardAllocator()
{
    return *c10::getDeviceAllocator(c10::DeviceType::CUDA);
}

} // namespace

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

bool hasGpuDriver()
{
    return std::filesystem::exists("/proc/driver/nvidia/version") || std::filesystem::exists("/dev/nvidiactl");
}

Result<void> setDevice(const std::string& wanted)
{
    if (wanted == "cpu" || currentGpu() != nullptr)
        return {};
    if (wanted != "auto")
        return useCards(wanted);
    if (!hasGpuDriver())
        return {};
    if (const Result<void> used = useCards("cuda:0"); !used)
        why_no_gpu = used.error().message;
    return {};
}

bool namesDevice(const std::string& text)
{
    return text == "auto" || text == "cpu" || cardNumbers(text).has_value();
}

std::vector<int> cardsInUse()
{
    return gpusInUse();
}

void enterDevice()
{
    if (currentGpu() != nullptr)
        enterCard(currentGpuIndex());
}

void enterCard(int card)
{
    const c10::impl::DeviceGuardImplInterface* cards = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA);
    cards->setDevice(c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(card)));
    cards->exchangeStream(streamOf(card));
}

std::string deviceName()
{
    return currentGpu() != nullptr ? fmt::format("cuda:{}", fmt::join(gpusInUse(), ",")) : "cpu";
}

std::string deviceDescription()
{
    if (currentGpu() == nullptr)
        return processorName();
    const std::string& name = gpus()[static_cast<std::size_t>(currentGpuIndex())].name;
    const std::size_t count = gpusInUse().size();
    return count > 1 ? fmt::format("{} x {}", count, name) : name;
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

CardMemory cardMemory(int card)
{
    if (gpuAt(card) == nullptr)
        return {};
    using namespace c10::CachingDeviceAllocator;
    const DeviceStats stats = cardAllocator().getDeviceStats(static_cast<c10::DeviceIndex>(card));
    const auto& bytes = stats.allocated_bytes[static_cast<std::size_t>(StatType::AGGREGATE)];
    const auto& reserved = stats.reserved_bytes[static_cast<std::size_t>(StatType::AGGREGATE)];
    return {static_cast<double>(bytes.current) / kMib, static_cast<double>(bytes.peak) / kMib,
            static_cast<double>(reserved.current) / kMib};
}

CardMemory cardMemory()
{
    return cardMemory(currentGpuIndex());
}

double freeCardMib(int card)
{
    if (gpuAt(card) == nullptr)
        return 0;
    return static_cast<double>(cardAllocator().getMemoryInfo(static_cast<c10::DeviceIndex>(card)).first) / kMib;
}

double freeCardMib()
{
    return freeCardMib(currentGpuIndex());
}

void releaseUnusedCardMemory()
{
    if (currentGpu() != nullptr)
        cardAllocator().emptyCache();
}

void forgetCardPeak(int card)
{
    if (gpuAt(card) != nullptr)
        cardAllocator().resetPeakStats(static_cast<c10::DeviceIndex>(card));
}

void forgetCardPeak()
{
    forgetCardPeak(currentGpuIndex());
}

double memoryInUseMib()
{
    if (currentGpu() == nullptr)
        return residentMib();
    double most = 0;
    for (const int card : gpusInUse())
        most = std::max(most, cardMemory(card).peak_mib);
    return most;
}

std::string whatWentWrong(const std::exception& error, std::int64_t batch)
{
    const std::string first = firstLine(error);
    const auto says = [&first](const char* words) { return first.find(words) != std::string::npos; };
    const bool of_card = dynamic_cast<const GpuFailure*>(&error) != nullptr;
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr || (of_card && says("memory left")))
        return fmt::format("the graphics card ran out of memory (its tensors held {:.0f} MiB). Lower train.batch, now "
                           "{}, or task.length_limit, or set train.precision to bf16.",
                           memoryInUseMib(), batch);
    if (says("NCCL"))
        return fmt::format("the graphics cards could not add up their gradients ({}). Resume the run from its last "
                           "checkpoint on one of them (--device cuda:N); NCCL_DEBUG=INFO tells more.",
                           first);
    // What a card refuses stays refused for the process; what the GPU library does not do for a shape is no failure.
    if (says("CUDA error") || (of_card && says("The GPU refused")))
        return fmt::format("the graphics card failed ({}), and this engine cannot use it any more. Resume the run from "
                           "its last checkpoint in a new one.",
                           first);
    return first + '.';
}

void synchronise()
{
    for (const int card : gpusInUse())
        gpuAt(card)->call(&kernels::gpu::Table::synchronise);
}

} // namespace toeplab::core
