// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

#include <cstring>

namespace toeplab::kernels::gpu::testing
{
namespace
{

constexpr std::size_t kMargin = 64;

std::vector<char> encoded(const std::vector<float>& values, Number number)
{
    std::vector<char> bytes(values.size() * bytesOf(number));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (number == Number::Float32) {
            std::memcpy(bytes.data() + 4 * i, &values[i], 4);
        } else {
            const std::uint16_t bits =
                number == Number::Half ? host::toHalf(values[i]).bits : host::toBFloat16(values[i]).bits;
            std::memcpy(bytes.data() + 2 * i, &bits, 2);
        }
    }
    return bytes;
}

std::vector<float> decoded(const std::vector<char>& bytes, Number number)
{
    std::vector<float> values(bytes.size() / bytesOf(number));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (number == Number::Float32) {
            std::memcpy(&values[i], bytes.data() + 4 * i, 4);
        } else {
            std::uint16_t bits = 0;
            std::memcpy(&bits, bytes.data() + 2 * i, 2);
            values[i] = number == Number::Half ? host::toFloat(Half{bits}) : host::toFloat(BFloat16{bits});
        }
    }
    return values;
}

void done(int status)
{
    if (status != 0)
        throw std::runtime_error(backend().table->message());
}

} // namespace

float stored(float value, Number number)
{
    return decoded(encoded({value}, number), number)[0];
}

std::vector<float> randomStored(std::int64_t count, std::uint32_t seed, Number number)
{
    return decoded(encoded(randomValues<float>(count, seed), number), number);
}

double tolerance(Number number)
{
    return number == Number::Float32 ? 3e-6 : number == Number::Half ? 1e-3 : 8e-3;
}

Buffer::Buffer(Context* context, const std::vector<float>& values, Number number, int shift)
    : context_(context), count_(values.size()), number_(number), front_(kMargin + static_cast<std::size_t>(shift))
{
    std::vector<float> padded(count_ + front_ + kMargin, std::numeric_limits<float>::quiet_NaN());
    std::copy(values.begin(), values.end(), padded.begin() + static_cast<std::ptrdiff_t>(front_));
    const std::vector<char> bytes = encoded(padded, number);
    done(backend().table->allocate(context_, bytes.size(), &memory_));
    done(backend().table->upload(context_, memory_, bytes.data(), bytes.size()));
    closeMargins(true);
}

Buffer::~Buffer()
{
    closeMargins(false);
    backend().table->release(context_, memory_);
}

void* Buffer::data() const
{
    return static_cast<char*>(memory_) + front_ * bytesOf(number_);
}

std::size_t Buffer::bytes() const
{
    return (count_ + front_ + kMargin) * bytesOf(number_);
}

void Buffer::closeMargins(bool closed) const
{
    guard(memory_, bytes(), closed);
    if (closed)
        guard(data(), count_ * bytesOf(number_), false);
}

std::vector<float> Buffer::all() const
{
    std::vector<char> read(bytes());
    closeMargins(false);
    done(backend().table->download(context_, read.data(), memory_, read.size()));
    closeMargins(true);
    return decoded(read, number_);
}

std::vector<float> Buffer::values() const
{
    const std::vector<float> values = all();
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(front_);
    return {begin, begin + static_cast<std::ptrdiff_t>(count_)};
}

bool Buffer::marginsIntact() const
{
    const std::vector<float> values = all();
    for (std::size_t i = 0; i < values.size(); ++i) {
        if ((i < front_ || i >= front_ + count_) && !std::isnan(values[i]))
            return false;
    }
    return true;
}

void GpuTest::SetUp()
{
    if (backend().table == nullptr) {
        if (std::getenv("TOEPLAB_REQUIRE_GPU") != nullptr)
            FAIL() << backend().missing;
        GTEST_SKIP() << backend().missing;
    }
    arrange(0);
    expectDone(table().createContext(0, nullptr, nullptr, &context_));
}

void GpuTest::TearDown()
{
    if (context_ != nullptr)
        expectDone(table().destroyContext(context_));
}

Buffer GpuTest::out(std::int64_t count, Number number, int shift) const
{
    return {context_, std::vector<float>(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN()),
            number, shift};
}

std::shared_ptr<std::int64_t> GpuTest::integers(const std::vector<std::int64_t>& values) const
{
    void* data = nullptr;
    const std::size_t bytes = values.size() * sizeof(std::int64_t);
    done(table().allocate(context_, bytes, &data));
    done(table().upload(context_, data, values.data(), bytes));
    return {static_cast<std::int64_t*>(data),
            [context = context_](std::int64_t* memory) { backend().table->release(context, memory); }};
}

void GpuTest::expectDone(int status) const
{
    ASSERT_EQ(status, 0) << table().message();
}

void GpuTest::everyOrder(const std::vector<Buffer*>& outputs, const std::function<int()>& run) const
{
    std::vector<std::vector<float>> first;
    for (int repetition = 0; repetition < repetitions(); ++repetition) {
        arrange(repetition);
        expectDone(run());
        std::vector<std::vector<float>> results;
        for (const Buffer* output : outputs) {
            results.push_back(output->values());
            EXPECT_TRUE(output->marginsIntact());
        }
        if (repetition == 0)
            first = results;
        for (std::size_t o = 0; o < results.size(); ++o)
            EXPECT_EQ(std::memcmp(results[o].data(), first[o].data(), first[o].size() * sizeof(float)), 0)
                << "output " << o << " depends on the order of threads";
    }
    arrange(0);
}

} // namespace toeplab::kernels::gpu::testing
