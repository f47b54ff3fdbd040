// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise/gate.h"

#include "tests/kernels/support.h"

#include <gtest/gtest.h>

#include <cmath>

// Gates over bfloat16 against the same gates over floats: what they read is exact, so what they write is the other's,
// rounded. The float gates themselves are proven by the models' gradients and the golden vectors.

namespace toeplab::kernels
{
namespace
{

using namespace testing;

std::vector<BFloat16> roundedOf(const std::vector<float>& values)
{
    std::vector<BFloat16> out;
    for (const float value : values)
        out.push_back(host::toBFloat16(value));
    return out;
}

std::vector<float> widenedOf(const std::vector<BFloat16>& values)
{
    std::vector<float> out;
    for (const BFloat16 value : values)
        out.push_back(host::toFloat(value));
    return out;
}

class GateOfBFloat16 : public ::testing::TestWithParam<std::tuple<std::int64_t, double, Activation>>
{
protected:
    void SetUp() override
    {
        const auto [length, probability, activation] = GetParam();
        shape = {2, 3, length, activation};
        dropout = {probability, 77};
        half = shape.batch * shape.channels * length;
        z16 = roundedOf(randomValues<float>(2 * half, 1));
        z = widenedOf(z16);
        y = randomValues<float>(half, 2);
        g16 = roundedOf(randomValues<float>(half, 3));
        g = widenedOf(g16);
        bias = randomValues<float>(2 * shape.channels, 4);
    }

    static std::vector<BFloat16> room(std::int64_t count)
    {
        return std::vector<BFloat16>(static_cast<std::size_t>(count));
    }
    static std::vector<float> wideRoom(std::int64_t count)
    {
        return std::vector<float>(static_cast<std::size_t>(count));
    }

    /// Equal but for one place in the last: the two loops may be vectorised in other ways.
    static void expectRounded(const std::vector<BFloat16>& actual, const std::vector<float>& expected)
    {
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_NEAR(host::toFloat(actual[i]), expected[i], std::abs(expected[i]) / 255 + 1e-37F) << i;
    }
    static void expectSame(const std::vector<float>& actual, const std::vector<float>& expected)
    {
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_NEAR(actual[i], expected[i], 1e-5F * (1 + std::abs(expected[i]))) << i;
    }

    GateShape shape;
    Dropout dropout;
    std::int64_t half = 0;
    std::vector<BFloat16> z16, g16;
    std::vector<float> z, y, g, bias;
};

TEST_P(GateOfBFloat16, IsTheGateOfFloatsRounded)
{
    auto v = wideRoom(half), v_wide = v;
    gateInput(shape, z16.data(), bias.data(), v.data());
    gateInput(shape, z.data(), bias.data(), v_wide.data());
    expectSame(v, v_wide);
    auto o = room(half);
    auto o_wide = wideRoom(half);
    gateOutput(shape, dropout, z16.data(), bias.data(), y.data(), o.data());
    gateOutput(shape, dropout, z.data(), bias.data(), y.data(), o_wide.data());
    expectRounded(o, o_wide);
}

TEST_P(GateOfBFloat16, ItsGradientsAreThoseOfFloatsRounded)
{
    auto dz = room(2 * half), o = room(half);
    auto dz_wide = wideRoom(2 * half), o_wide = wideRoom(half), dy = wideRoom(half), dy_wide = dy;
    auto dbias = wideRoom(2 * shape.channels), dbias_wide = dbias;
    gateOutputBackward(shape, dropout, z16.data(), bias.data(), y.data(), g16.data(), dz.data(), dy.data(), o.data(),
                       dbias.data());
    gateOutputBackward(shape, dropout, z.data(), bias.data(), y.data(), g.data(), dz_wide.data(), dy_wide.data(),
                       o_wide.data(), dbias_wide.data());
    gateInputBackward(shape, z16.data(), bias.data(), y.data(), dz.data(), dbias.data());
    gateInputBackward(shape, z.data(), bias.data(), y.data(), dz_wide.data(), dbias_wide.data());
    expectRounded(dz, dz_wide);
    expectRounded(o, o_wide);
    expectSame(dy, dy_wide);
    expectSame(dbias, dbias_wide);
}

TEST_P(GateOfBFloat16, SoIsTheLinearUnit)
{
    auto a = room(half);
    auto a_wide = wideRoom(half);
    gluForward(shape, dropout, z16.data(), bias.data(), a.data());
    gluForward(shape, dropout, z.data(), bias.data(), a_wide.data());
    expectRounded(a, a_wide);
    auto dz = room(2 * half);
    auto dz_wide = wideRoom(2 * half), dbias = wideRoom(2 * shape.channels), dbias_wide = dbias;
    std::vector<BFloat16> again = g16; // a may be ga
    gluBackward(shape, dropout, z16.data(), bias.data(), again.data(), dz.data(), again.data(), dbias.data());
    gluBackward(shape, dropout, z.data(), bias.data(), g.data(), dz_wide.data(), a_wide.data(), dbias_wide.data());
    expectRounded(again, a_wide);
    expectRounded(dz, dz_wide);
    expectSame(dbias, dbias_wide);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, GateOfBFloat16,
    ::testing::Combine(::testing::Values<std::int64_t>(1, 7, 16, 33, 100), ::testing::Values(0.0, 0.3),
                       ::testing::Values(Activation::Silu, Activation::Gelu, Activation::Identity)));

TEST(GateOfBFloat16, KeepsWhatIsNoNumber)
{
    const GateShape shape{1, 1, 3, Activation::Identity};
    const std::vector<BFloat16> z = roundedOf({std::nanf(""), INFINITY, 1, 2, 2, 0});
    std::vector<BFloat16> a(3);
    gluForward<BFloat16, float>(shape, {}, z.data(), nullptr, a.data());
    EXPECT_TRUE(std::isnan(host::toFloat(a[0])));
    EXPECT_EQ(host::toFloat(a[1]), INFINITY);
    EXPECT_EQ(host::toFloat(a[2]), 0);
}

} // namespace
} // namespace toeplab::kernels
