// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

#include <cstring>

namespace toeplab::kernels::gpu::testing
{
namespace
{

class GpuTable : public GpuTest
{
};

TEST_F(GpuTable, HasEveryFunction)
{
    EXPECT_EQ(table().version, kTableVersion);
    EXPECT_EQ(table().bytes, sizeof(Table));
    static_assert(sizeof(Table) % sizeof(void*) == 0);
    const auto* bytes = reinterpret_cast<const char*>(&table());
    for (std::size_t at = offsetof(Table, message); at < sizeof(Table); at += sizeof(void*)) {
        void* function = nullptr;
        std::memcpy(&function, bytes + at, sizeof function);
        EXPECT_NE(function, nullptr) << "entry at byte " << at;
    }
}

TEST_F(GpuTable, SaysWhatWentWrong)
{
    const BandShape shape{1, 1, 8, 3};
    EXPECT_EQ(table().bandForward(context(), &shape, Number{9}, nullptr, nullptr, nullptr), 1);
    EXPECT_NE(std::string(table().message()).find("kind of number 9"), std::string::npos);
    void* data = nullptr;
    EXPECT_EQ(table().allocate(context(), std::size_t{1} << 60U, &data), 1);
    EXPECT_NE(std::string(table().message()).find("smaller batch"), std::string::npos);
    // An allocation that failed is not the next kernel's failure.
    const Buffer values = in(std::vector<float>(8));
    Buffer y = out(8);
    expectDone(table().bandForward(context(), &shape, Number::Float32, values.floats(), values.data(), y.data()));
}

/// An allocator of the caller's that counts.
struct Counted {
    int taken = 0;
    int given_back = 0;

    static void* allocate(void* owner, std::size_t bytes)
    {
        ++static_cast<Counted*>(owner)->taken;
        void* data = nullptr;
        return backend().table->allocate(plain, bytes, &data) == 0 ? data : nullptr;
    }
    static void release(void* owner, void* data)
    {
        ++static_cast<Counted*>(owner)->given_back;
        backend().table->release(plain, data);
    }
    static inline Context* plain = nullptr;
};

TEST_F(GpuTable, TakesMemoryFromTheCallersAllocatorAndGivesItBack)
{
    Counted counted;
    Counted::plain = context();
    const Allocator allocator{&counted, &Counted::allocate, &Counted::release};
    Context* other = nullptr;
    expectDone(table().createContext(0, nullptr, &allocator, &other));
    const BandShape shape{2, 2, 64, 5};
    const Buffer k = in(randomStored(10, 1));
    const Buffer x = in(randomStored(256, 2));
    Buffer dx = out(256);
    Buffer dk = out(10);
    for (int step = 0; step < 3; ++step)
        expectDone(table().bandBackward(other, &shape, Number::Float32, k.floats(), x.data(), x.data(), dx.data(),
                                        dk.floats()));
    expectDone(table().synchronise(other));
    EXPECT_EQ(counted.taken, 1);
    expectDone(table().destroyContext(other));
    EXPECT_EQ(counted.given_back, 1);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
