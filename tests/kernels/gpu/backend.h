// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_table.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// The tests of the GPU library are written once, against its table, and linked twice: with the library compiled by the
/// host compiler (backend_shim.cpp) and with the plug-in on a device (backend_device.cpp).
namespace toeplab::kernels::gpu::testing
{

using namespace toeplab::kernels::testing;

struct Backend {
    const Table* table = nullptr; ///< null where there is nothing to test
    std::string missing;          ///< ... and why
};
[[nodiscard]] const Backend& backend();

/// How often `everyOrder` runs a kernel, and what is arranged before each: another order of threads on the CPU, nothing
/// on a device, where the second run must repeat the first.
[[nodiscard]] int repetitions();
void arrange(int repetition);

/// Lets AddressSanitizer see who reads or writes memory of the CPU's that is closed; nothing on a device.
void guard(const void* memory, std::size_t bytes, bool closed);

/// Whether there is time for large cases: not where each access to memory is checked against those of all threads.
#if defined(TOEPLAB_TSAN)
inline constexpr bool kThorough = false;
#else
inline constexpr bool kThorough = true;
#endif

inline constexpr Number kNumbers[] = {Number::Float32, Number::Half, Number::BFloat16};

/// What a value becomes when it is stored.
[[nodiscard]] float stored(float value, Number number);
/// Normal values as they are stored.
[[nodiscard]] std::vector<float> randomStored(std::int64_t count, std::uint32_t seed, Number number = Number::Float32);
/// Half a unit in the last place of a stored result, and what float sums lose: relative to the largest.
[[nodiscard]] double tolerance(Number number);

/// Values on the device between margins of NaN.
class Buffer
{
public:
    /// `shift` values are left free in front, so that rows are not aligned.
    Buffer(Context* context, const std::vector<float>& values, Number number, int shift);
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer();

    [[nodiscard]] void* data() const;
    [[nodiscard]] float* floats() const { return static_cast<float*>(data()); }
    [[nodiscard]] std::vector<float> values() const;
    [[nodiscard]] bool marginsIntact() const;

private:
    [[nodiscard]] std::vector<float> all() const;
    [[nodiscard]] std::size_t bytes() const;
    void closeMargins(bool closed) const;

    Context* context_;
    std::size_t count_;
    Number number_;
    std::size_t front_;
    void* memory_ = nullptr;
};

class GpuTest : public ::testing::Test
{
protected:
    void SetUp() override;
    void TearDown() override;

    [[nodiscard]] const Table& table() const { return *backend().table; }
    [[nodiscard]] Context* context() const { return context_; }

    [[nodiscard]] Buffer in(const std::vector<float>& values, Number number = Number::Float32, int shift = 0) const
    {
        return {context_, values, number, shift};
    }
    /// Filled with NaN.
    [[nodiscard]] Buffer out(std::int64_t count, Number number = Number::Float32, int shift = 0) const;
    /// Integers on the device.
    [[nodiscard]] std::shared_ptr<std::int64_t> integers(const std::vector<std::int64_t>& values) const;

    /// The call must succeed.
    void expectDone(int status) const;

    /// Runs the kernels again in every order of threads; the outputs must have the same bits each time, and margins as
    /// they were.
    void everyOrder(const std::vector<Buffer*>& outputs, const std::function<int()>& run) const;

private:
    Context* context_ = nullptr;
};

} // namespace toeplab::kernels::gpu::testing
