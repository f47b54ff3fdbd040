// SPDX-License-Identifier: Apache-2.0
#include "core/device/libraries.h"

#include <cstdlib>
#include <dlfcn.h>
#include <link.h>

#include <filesystem>

namespace toeplab::core
{
namespace
{

namespace fs = std::filesystem;

/// The driver's own library; no device of it: a sentence.
Result<void> askDriver()
{
    void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (driver == nullptr)
        return fail("This machine has no NVIDIA driver (libcuda.so.1 does not load), so there is no graphics card to "
                    "compute on. Use --device cpu, or install the driver.");
    const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
    const auto count_of = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
    int count = 0;
    const int status = init != nullptr ? init(0) : -1;
    if (status != 0 || count_of == nullptr || count_of(&count) != 0 || count == 0)
        return fail("There is an NVIDIA driver, and it offers no graphics card (cuInit gives {}). See what nvidia-smi "
                    "says, or use --device cpu.",
                    status);
    return {};
}

/// The folder of a library that is loaded already.
fs::path folderOf(const char* library)
{
    void* handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    link_map* map = nullptr;
    if (handle == nullptr || dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
        return {};
    return fs::path(map->l_name).parent_path();
}

fs::path pluginPath()
{
    if (const char* named = std::getenv("TOEPLAB_CUDA_PLUGIN"); named != nullptr)
        return named;
    return fs::read_symlink("/proc/self/exe").parent_path() / "libtoeplab_cuda.so";
}

/// A function of libtoeplab_torch_cuda.so that makes something.
template <typename Thing>
Result<Thing* (*)()> fromTorchCuda(const char* name)
{
    const fs::path path = pluginPath().parent_path() / "libtoeplab_torch_cuda.so";
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto make = library != nullptr ? reinterpret_cast<Thing* (*)()>(dlsym(library, name)) : nullptr;
    if (make == nullptr)
        return fail("The library that records training steps and sums over cards does not load: {}. Run ./toeplab "
                    "build again.",
                    dlerror());
    return make;
}

} // namespace

Result<const kernels::gpu::Table*> loadGpuLibraries()
{
    if (auto driver = askDriver(); !driver)
        return tl::unexpected(driver.error());
    const fs::path plugin = pluginPath();
    if (!fs::exists(plugin))
        return fail("This build has no GPU library ({} is missing). Run ./toeplab build on this machine, which builds "
                    "it, or use --device cpu.",
                    plugin.string());
    const fs::path torch = folderOf("libtorch_cpu.so") / "libtorch_cuda.so";
    if (dlopen(torch.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr)
        return fail("LibTorch's CUDA half does not load: {}. Run ./toeplab build on this machine, which fetches it, or "
                    "use --device cpu.",
                    dlerror());
    void* library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return fail("The GPU library does not load: {}. Run ./toeplab build again.", dlerror());
    const auto function = reinterpret_cast<kernels::gpu::TableFunction>(dlsym(library, kernels::gpu::kTableSymbol));
    const kernels::gpu::Table* table = function != nullptr ? function(kernels::gpu::kTableVersion) : nullptr;
    if (table == nullptr || table->bytes != sizeof(kernels::gpu::Table))
        return fail("{} is of another version than this program. Run ./toeplab build again.", plugin.string());
    return table;
}

Result<StepGraphMaker> loadStepGraphs()
{
    const auto make = fromTorchCuda<StepGraph>("toeplab_step_graph");
    if (!make)
        return tl::unexpected(make.error());
    return StepGraphMaker([make = *make] { return std::unique_ptr<StepGraph>(make()); });
}

Result<std::unique_ptr<CardSum>> loadCardSum()
{
    const auto make = fromTorchCuda<CardSum>("toeplab_card_sum");
    if (!make)
        return tl::unexpected(make.error());
    return std::unique_ptr<CardSum>((*make)());
}

} // namespace toeplab::core
