// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu_table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <dlfcn.h>

#include <string>

namespace toeplab::kernels::gpu
{
namespace
{

/// What holds on any machine that built the plug-in, with a driver or without.
TEST(Plugin, LoadsAndAnswersWithoutADriver)
{
    const char* named = std::getenv("TOEPLAB_CUDA_PLUGIN");
    const std::string path = named != nullptr ? named : TOEPLAB_CUDA_PLUGIN;
    if (path.empty())
        GTEST_SKIP() << "the plug-in was not built: CMake found no nvcc";
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto function = reinterpret_cast<TableFunction>(dlsym(library, kTableSymbol));
    ASSERT_NE(function, nullptr);
    EXPECT_EQ(function(kTableVersion + 1), nullptr);
    const Table* table = function(kTableVersion);
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->bytes, sizeof(Table));
    EXPECT_GE(table->deviceCount(), 0);
    if (table->deviceCount() == 0) {
        Context* context = nullptr;
        EXPECT_EQ(table->createContext(0, nullptr, nullptr, &context), 1);
        EXPECT_NE(std::string(table->message()).find("The GPU refused to use the device"), std::string::npos)
            << table->message();
        EXPECT_EQ(context, nullptr);
    }
}

} // namespace
} // namespace toeplab::kernels::gpu
