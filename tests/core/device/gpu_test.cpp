// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"

#include <gmock/gmock.h>

#include <array>

extern "C" const toeplab::kernels::gpu::Table* toeplab_gpu_table(std::uint32_t version);

namespace toeplab::core
{
namespace
{

using testing::HasSubstr;

const kernels::gpu::Table& onCpu()
{
    return *toeplab_gpu_table(kernels::gpu::kTableVersion);
}

TEST(Gpu, ThrowsWhatTheTableSaid)
{
    const Gpu gpu(onCpu(), 0, nullptr, {});
    void* data = nullptr;
    EXPECT_THROW(gpu.call(&kernels::gpu::Table::allocate, std::size_t{1} << 60U, &data), GpuFailure);
    try {
        gpu.call(&kernels::gpu::Table::allocate, std::size_t{1} << 60U, &data);
    } catch (const GpuFailure& failure) {
        EXPECT_THAT(failure.what(), HasSubstr("memory left"));
    }
    EXPECT_NO_THROW(gpu.call(&kernels::gpu::Table::synchronise)); // a refusal leaves it usable
}

TEST(Gpu, PassesArgumentsBehindTheContext)
{
    const Gpu gpu(onCpu(), 0, nullptr, {});
    const std::array<float, 3> kernel{1, 10, 100}; // of lags 1, 0 and -1
    const std::array<float, 4> x{1, 2, 3, 4};
    std::array<float, 4> y{};
    const kernels::BandShape shape{1, 1, 4, 3};
    gpu.call(&kernels::gpu::Table::bandForward, &shape, kernels::Number::Float32, kernel.data(), x.data(), y.data());
    gpu.call(&kernels::gpu::Table::synchronise);
    EXPECT_THAT(y, testing::ElementsAre(210, 321, 432, 43));
}

TEST(Gpu, TakesItsWorkspaceFromTheAllocator)
{
    struct Counted {
        int taken = 0, given_back = 0;
    } counted;
    kernels::gpu::Allocator allocator;
    allocator.owner = &counted;
    allocator.allocate = [](void* owner, std::size_t bytes) -> void* {
        ++static_cast<Counted*>(owner)->taken;
        return ::operator new(bytes);
    };
    allocator.release = [](void* owner, void* data) {
        ++static_cast<Counted*>(owner)->given_back;
        ::operator delete(data);
    };
    {
        const Gpu gpu(onCpu(), 0, nullptr, allocator);
        gpu.call(&kernels::gpu::Table::reserve, std::size_t{4096});
        EXPECT_EQ(counted.taken, 1);
    }
    EXPECT_EQ(counted.given_back, 1);
}

TEST(Gpu, AStandInIsThereWhileItLives)
{
    EXPECT_EQ(GpuStandIn::current(), nullptr);
    {
        const GpuStandIn stand_in(onCpu());
        ASSERT_NE(GpuStandIn::current(), nullptr);
        EXPECT_EQ(&GpuStandIn::current()->table(), &onCpu());
    }
    EXPECT_EQ(GpuStandIn::current(), nullptr);
}

TEST(Gpu, IsRefusedInTheSameSentenceEachTime)
{
    const Result<void> loaded = loadGpus();
    const Result<void> used = useGpu(1000, nullptr, {}); // more than any machine has
    ASSERT_FALSE(used);
    if (loaded)
        EXPECT_THAT(used.error().message, HasSubstr("There is no graphics card 1000"));
    else
        EXPECT_EQ(used.error().message, loaded.error().message);
    EXPECT_EQ(currentGpu(), nullptr);
    EXPECT_EQ(currentGpuIndex(), -1);
}

} // namespace
} // namespace toeplab::core
