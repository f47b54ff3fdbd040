// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/transform.h"

#include "kernels/device/check.h"
#include "kernels/fftconv/rows.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>

#include <set>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

/// y_i = sum_j k_(i - j mod N) x_j, the first n values of each.
template <typename T>
std::vector<double> circular(const std::vector<T>& kernel, const std::vector<T>& x)
{
    const std::size_t size = kernel.size();
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < x.size(); ++j)
            y[i] += static_cast<double>(kernel[(i + size - j) % size]) * static_cast<double>(x[j]);
    return y;
}

template <typename T>
class Buffers
{
public:
    explicit Buffers(std::int64_t length) : size(static_cast<std::size_t>(2 * length)) {}
    T* next() { return all_.emplace_back(size).data(); }

    std::size_t size;

private:
    std::vector<std::vector<T>> all_;
};

/// Convolution, correlation and the way there and back, of one plan on one level of instructions.
template <typename T>
void expectConvolution(Isa isa, std::int64_t length, std::int64_t n, double tolerance)
{
    const TransformRows<T>& rows = transformRows<T>(isa);
    const auto plan = transformPlan<T>(length, rows.lanes);
    Buffers<T> buffers(length);
    T* spectrum = buffers.next();
    T* work = buffers.next();
    T* other = buffers.next();
    T* padding = buffers.next();
    T* sum = buffers.next();
    const auto kernel = randomValues<T>(length, 1);
    const auto a = randomValues<T>(n, 2);
    const auto b = randomValues<T>(n, 3);
    const std::string what =
        "length " + std::to_string(length) + ", " + std::to_string(n) + " values, lanes " + std::to_string(rows.lanes);

    rows.spectrum(*plan, kernel.data(), length, T(1) / static_cast<T>(length), padding, spectrum);
    std::vector<T> ya(a.size());
    std::vector<T> yb(b.size());
    rows.convolve(*plan, {a.data(), b.data()}, n, spectrum, work, padding, {ya.data(), yb.data()}, {});
    EXPECT_LE(worstError(ya, circular(kernel, a)), tolerance) << what;
    EXPECT_LE(worstError(yb, circular(kernel, b)), tolerance) << what;

    std::vector<T> alone(a.size());
    rows.convolve(*plan, {a.data(), nullptr}, n, spectrum, work, padding, {alone.data(), nullptr}, {});
    EXPECT_LE(worstError(alone, circular(kernel, a)), tolerance) << what;

    // Correlating the pair (a, b) with itself: lag 0 is the sum of squares, and the sum is even.
    std::vector<T> dx(a.size());
    rows.correlate(*plan, {a.data(), b.data()}, {a.data(), b.data()}, n, spectrum, sum, work, other, padding,
                   {dx.data(), other}, {});
    std::vector<T> lags(static_cast<std::size_t>(length));
    rows.inverse(*plan, sum, lags.data());
    EXPECT_NEAR(static_cast<double>(lags[0]) / static_cast<double>(length), dot(a, a) + dot(b, b),
                tolerance * static_cast<double>(n))
        << what;
    std::vector<T> mirrored(kernel.rbegin(), kernel.rend());
    std::rotate(mirrored.begin(), mirrored.end() - 1, mirrored.end());
    EXPECT_LE(worstError(dx, circular(mirrored, a)), tolerance) << what;
}

/// Quotients of the leaf that use every radix, alone and behind one another.
const std::vector<std::int64_t> kQuotients{2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 40, 48, 64, 80, 96, 128};

TEST(Transform, ConvolvesOnEveryLevelOfInstructionsWithEveryRadix)
{
    for (const Isa isa : levelsHere()) {
        for (const std::int64_t quotient : kQuotients) {
            const std::int64_t wide = quotient * transformRows<float>(isa).lanes * transformRows<float>(isa).lanes;
            const std::int64_t narrow = quotient * transformRows<double>(isa).lanes * transformRows<double>(isa).lanes;
            for (const std::int64_t part : {2, 3, 1}) {
                expectConvolution<float>(isa, wide, wide / part, 3e-6);
                expectConvolution<double>(isa, narrow, narrow / part - (part > 1 ? 1 : 0), 1e-14);
            }
        }
    }
}

TEST(Transform, LengthsSufficeAndAreNoneTooLong)
{
    for (const int lanes : {2, 4, 8}) {
        for (std::int64_t least = 1; least < 5000; least += 1 + least / 17) {
            const std::int64_t length = transformLength(least, lanes);
            EXPECT_GE(length, least);
            EXPECT_LE(length, std::max<std::int64_t>(2 * least, 2 * lanes * lanes));
            EXPECT_EQ(transformPlan<float>(length, lanes)->length, length);
        }
    }
}

TEST(Transform, EveryRadixIsUsedBySomeLength)
{
    std::set<int> radices;
    for (const std::int64_t quotient : kQuotients) {
        const auto plan = transformPlan<double>(quotient * 16, 4);
        std::int64_t product = 1;
        for (int level = 0; level < plan->level_count; ++level) {
            radices.insert(plan->levels[level].radix);
            product *= plan->levels[level].radix;
        }
        EXPECT_EQ(product, quotient);
    }
    EXPECT_EQ(radices, (std::set<int>{2, 3, 4, 5, 6, 8}));
}

TEST(Transform, APlanIsSharedAndAnImpossibleLengthRefused)
{
    EXPECT_EQ(transformPlan<float>(1024, 8), transformPlan<float>(1024, 8));
    EXPECT_THROW(static_cast<void>(transformPlan<float>(64, 8)), ContractViolation);
    EXPECT_THROW(static_cast<void>(transformPlan<float>(1000, 8)), ContractViolation);
    EXPECT_THROW(static_cast<void>(transformPlan<float>(64 * 7, 8)), ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
