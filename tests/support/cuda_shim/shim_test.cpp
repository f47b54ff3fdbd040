// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cuda_shim/cuda_shim.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace toeplab::shim
{
namespace
{

constexpr std::array kOrders{Order::Ascending, Order::Descending, Order::Shuffled};

class Shim : public ::testing::TestWithParam<Order>
{
protected:
    void SetUp() override { setOrder(GetParam()); }
    void TearDown() override { setOrder(Order::Ascending); }
};
std::string orderName(const ::testing::TestParamInfo<Order>& order)
{
    return order.param == Order::Ascending ? "Ascending" : order.param == Order::Descending ? "Descending" : "Shuffled";
}
INSTANTIATE_TEST_SUITE_P(, Shim, ::testing::ValuesIn(kOrders), orderName);

TEST_P(Shim, RunsEachThreadOfEachBlockOnce)
{
    std::vector<int> seen(5 * 96);
    run(5, 96, 0, [&] {
        EXPECT_EQ(blockDim.x, 96U);
        EXPECT_EQ(gridDim.x, 5U);
        ++seen[blockIdx.x * blockDim.x + threadIdx.x];
    });
    EXPECT_EQ(seen, std::vector<int>(seen.size(), 1));
}

TEST_P(Shim, ABarrierLetsNobodyThroughBeforeTheLastHasCome)
{
    std::vector<float> out(256);
    run(1, 256, 256 * sizeof(float), [&] {
        auto* shared = static_cast<float*>(sharedMemory());
        const unsigned t = threadIdx.x;
        shared[t] = static_cast<float>(t);
        for (int round = 0; round < 3; ++round) {
            __syncthreads();
            const float next = shared[(t + 1) % 256];
            __syncthreads();
            shared[t] = next;
        }
        out[t] = shared[t];
    });
    for (unsigned t = 0; t < 256; ++t)
        EXPECT_EQ(out[t], static_cast<float>((t + 3) % 256));
}

TEST_P(Shim, ShufflesExchangeValuesWithinWarps)
{
    std::vector<float> sums(96);
    std::vector<int> lanes(96);
    run(1, 96, 0, [&] {
        auto sum = static_cast<float>(threadIdx.x);
        for (int lane = 16; lane > 0; lane /= 2)
            sum += __shfl_xor_sync(0xFFFFFFFFU, sum, lane);
        sums[threadIdx.x] = sum;
        lanes[threadIdx.x] = __shfl_sync(0xFFFFFFFFU, static_cast<int>(threadIdx.x), 5);
    });
    for (int t = 0; t < 96; ++t) {
        const int warp = t / 32 * 32;
        EXPECT_EQ(sums[static_cast<std::size_t>(t)], static_cast<float>(32 * warp + 31 * 16));
        EXPECT_EQ(lanes[static_cast<std::size_t>(t)], warp + 5);
    }
}

TEST_P(Shim, SharedMemoryIsNewAndNotANumberForEachBlock)
{
    std::vector<float> first(4);
    run(4, 32, 32 * sizeof(float), [&] {
        auto* shared = static_cast<float*>(sharedMemory());
        if (threadIdx.x == 0)
            first[blockIdx.x] = shared[31];
        __syncthreads();
        shared[threadIdx.x] = 1;
    });
    for (const float value : first)
        EXPECT_TRUE(std::isnan(value));
}

TEST(ShimErrors, ABarrierThatSomeThreadsNeverReachIsReported)
{
    EXPECT_THROW(run(1, 64, 0,
                     [] {
                         if (threadIdx.x != 7)
                             __syncthreads();
                     }),
                 std::runtime_error);
    EXPECT_THROW(run(1, 64, 0,
                     [] {
                         if (threadIdx.x < 32)
                             __syncthreads();
                         else
                             __syncwarp();
                         __syncthreads();
                     }),
                 std::runtime_error);
    std::vector<int> out(64);
    run(1, 64, 0, [&] { out[threadIdx.x] = 1; }); // and the next launch is none the worse
    EXPECT_EQ(std::accumulate(out.begin(), out.end(), 0), 64);
}

TEST(ShimErrors, LaunchesThatNoDeviceTakesAreRefused)
{
    const auto nothing = [] {};
    EXPECT_THROW(run(1, 48, 0, nothing), std::runtime_error);
    EXPECT_THROW(run(1, 2048, 0, nothing), std::runtime_error);
    EXPECT_THROW(run(1, 32, kSharedMemoryLimit + 1, nothing), std::runtime_error);
    EXPECT_THROW(run(1, 32, 0, [] { return static_cast<void>(__shfl_sync(0xFFFFFFFFU, 1, 40)); }), std::runtime_error);
}

/// What a block makes of a shared array that is read without waiting for those who write it.
std::vector<float> withoutBarrier(Order order)
{
    setOrder(order);
    std::vector<float> out(64);
    run(1, 64, 64 * sizeof(float), [&] {
        auto* shared = static_cast<float*>(sharedMemory());
        shared[threadIdx.x] = static_cast<float>(threadIdx.x);
        // a barrier belongs here
        out[threadIdx.x] = shared[63 - threadIdx.x] == static_cast<float>(63 - threadIdx.x) ? 1.0F : 0.0F;
    });
    setOrder(Order::Ascending);
    return out;
}

TEST(ShimErrors, AMissingBarrierIsSeen)
{
#if defined(TOEPLAB_TSAN)
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(withoutBarrier(Order::Ascending), "data race"); // needs halt_on_error=1, which the preset sets
#else
    EXPECT_NE(withoutBarrier(Order::Ascending), withoutBarrier(Order::Descending));
#endif
}

TEST(ShimErrors, BlocksThatWriteTheSameMemoryAreSeenByThreadSanitizer)
{
#if defined(TOEPLAB_TSAN)
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    std::vector<float> out(32);
    EXPECT_DEATH(run(2, 32, 0, [&] { out[(threadIdx.x + blockIdx.x) % 32] = 1; }), "data race");
#else
    GTEST_SKIP() << "not a ThreadSanitizer build";
#endif
}

TEST(ShimErrors, SharedMemoryBeyondTheLaunchIsSeenByAddressSanitizer)
{
#if defined(__SANITIZE_ADDRESS__)
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(run(1, 32, 32 * sizeof(float),
                     [] { static_cast<float*>(sharedMemory())[threadIdx.x + 1] = static_cast<float>(threadIdx.x); }),
                 "heap-buffer-overflow");
#else
    GTEST_SKIP() << "not an AddressSanitizer build";
#endif
}

} // namespace
} // namespace toeplab::shim
