// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

#include <dlfcn.h>

namespace toeplab::kernels::gpu::testing
{
namespace
{

Backend load()
{
    const char* path = std::getenv("TOEPLAB_CUDA_PLUGIN");
    const std::string name = path != nullptr ? path : TOEPLAB_CUDA_PLUGIN;
    if (name.empty())
        return {nullptr, "the plug-in was not built: CMake found no nvcc"};
    void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return {nullptr, std::string("the plug-in does not load: ") + dlerror()};
    const auto function = reinterpret_cast<TableFunction>(dlsym(library, kTableSymbol));
    const Table* table = function != nullptr ? function(kTableVersion) : nullptr;
    if (table == nullptr || table->bytes != sizeof(Table))
        return {nullptr, "the plug-in is of another version"};
    if (table->deviceCount() == 0)
        return {nullptr, "no CUDA device answers"};
    return {table, ""};
}

} // namespace

const Backend& backend()
{
    static const Backend device = load();
    return device;
}

int repetitions()
{
    return 2;
}

void arrange(int /*repetition*/) {}

void guard(const void* /*memory*/, std::size_t /*bytes*/, bool /*closed*/) {}

} // namespace toeplab::kernels::gpu::testing
