// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "core/base/home.h"
#include "core/base/version.h"
#include "core/training/runtime.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>
#include <vector>

namespace toeplab::app
{

namespace
{

std::vector<std::string> instructionSets()
{
    std::vector<std::string> sets;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        sets.emplace_back("AVX2");
    if (__builtin_cpu_supports("fma"))
        sets.emplace_back("FMA");
    if (__builtin_cpu_supports("avx512f"))
        sets.emplace_back("AVX512");
    if (__builtin_cpu_supports("avx512bf16"))
        sets.emplace_back("AVX512-BF16");
#endif
    return sets;
}

double memoryMib()
{
    return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// What this machine could use and this build does not have, with what to do about it.
nlohmann::json missing()
{
    nlohmann::json list = nlohmann::json::array();
    if (core::hasGpuDriver()) {
        if (const auto cards = core::graphicsCards(); !cards)
            list.push_back({{"what", "cuda"}, {"how", cards.error().message}});
    }
    return list;
}

std::vector<core::GraphicsCard> cards()
{
    return core::hasGpuDriver() ? core::graphicsCards().value_or(std::vector<core::GraphicsCard>())
                                : std::vector<core::GraphicsCard>();
}

nlohmann::json devices()
{
    nlohmann::json list = nlohmann::json::array();
    list.push_back({{"name", "cpu"},
                    {"description", core::processorName()},
                    {"cores", core::physicalCores()},
                    {"threads", core::threads()},
                    {"memory_mib", memoryMib()},
                    {"instructions", instructionSets()},
                    {"used", core::instructionSet()}});
    for (const core::GraphicsCard& card : cards())
        list.push_back({{"name", fmt::format("cuda:{}", list.size() - 1)},
                        {"description", card.name},
                        {"capability", card.capability},
                        {"driver", card.driver},
                        {"processors", card.processors},
                        {"memory_mib", card.memory_mib},
                        {"free_mib", card.free_mib},
                        {"gigabytes_s", card.gigabytes_s}});
    return list;
}

nlohmann::json describe()
{
    const core::BuildInfo& build = core::buildInfo();
    return {{"version", build.version},
            {"git", build.git},
            {"compiler", build.compiler},
            {"build_type", build.build_type},
            {"libtorch", core::libtorchVersion()},
            {"home", core::toeplabHome()},
            {"devices", devices()},
            {"missing", missing()}};
}

int machine(const CommandContext& context)
{
    const nlohmann::json all = describe();
    if (context.json) {
        printJson(all);
        return kDone;
    }
    fmt::print("{}\n", core::buildInfo().text());
    fmt::print("LibTorch      {}\n", core::libtorchVersion());
    fmt::print("Processor     {}, {} cores, {} threads used, {:.0f} GiB\n", core::processorName(),
               core::physicalCores(), core::threads(), memoryMib() / 1024);
    fmt::print("Instructions  {}; LibTorch uses {}\n", fmt::join(instructionSets(), ", "), core::instructionSet());
    for (const core::GraphicsCard& card : cards())
        fmt::print("Graphics      {}, {:.0f} of {:.0f} GiB free, capability {}, CUDA {}\n", card.name,
                   card.free_mib / 1024, card.memory_mib / 1024, card.capability, card.driver);
    if (!core::hasGpuDriver())
        fmt::print("Graphics      no NVIDIA driver, so training runs on the processor\n");
    fmt::print("Home          {}\n", core::toeplabHome());
    for (const nlohmann::json& entry : all["missing"])
        fmt::print("Missing       {}: {}\n", entry["what"].get<std::string>(), entry["how"].get<std::string>());
    return kDone;
}

} // namespace

void addMachineCommand(CLI::App& app, CommandContext& context)
{
    addCommand(app, context, "machine", "Versions, devices, instruction sets, what is missing and how to get it",
               "toeplab machine --json", [&context] { return machine(context); });
}

} // namespace toeplab::app
