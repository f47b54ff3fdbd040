// SPDX-License-Identifier: Apache-2.0
#include "core/runs/chunk_codec.h"
#include "core/runs/half.h"
#include "core/runs/kernel_track.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace toeplab::core
{

namespace
{

using namespace testing;

TEST(Half, EveryValueSurvives)
{
    for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = fromHalf(half);
        if (std::isnan(value))
            EXPECT_TRUE(std::isnan(fromHalf(toHalf(value))));
        else
            ASSERT_EQ(toHalf(value), half) << value;
    }
}

/// The definition: the nearest of all halves, the even one of two that are equally near.
std::uint16_t nearestHalf(float value)
{
    std::uint16_t best = 0;
    double distance = std::numeric_limits<double>::infinity();
    for (std::uint16_t half = 0; half < 0x7C00U; ++half) {
        const double away = std::abs(static_cast<double>(fromHalf(half)) - std::abs(static_cast<double>(value)));
        if (away < distance || (away == distance && half % 2 == 0)) {
            distance = away;
            best = half;
        }
    }
    return static_cast<std::uint16_t>(best | (std::signbit(value) ? 0x8000U : 0U));
}

RC_GTEST_PROP(Half, RoundsToTheNearest, (std::uint32_t mantissa, bool negative))
{
    const int exponent = *rc::gen::inRange(-27, 15);
    const float magnitude = std::ldexp(1.0F + static_cast<float>(mantissa & 0x7FFFFFU) * 0x1p-23F, exponent);
    const float value = negative ? -magnitude : magnitude;
    RC_ASSERT(toHalf(value) == nearestHalf(value));
}

TEST(Half, TiesAndLimits)
{
    EXPECT_EQ(toHalf(1.0F + 0x1p-11F), toHalf(1.0F));             // a tie goes to the even neighbour below
    EXPECT_EQ(toHalf(1.0F + 0x1.8p-10F), toHalf(1.0F + 0x1p-9F)); // and above
    EXPECT_EQ(fromHalf(toHalf(65519.0F)), 65504.0F);
    EXPECT_EQ(fromHalf(toHalf(65520.0F)), std::numeric_limits<float>::infinity());
    EXPECT_EQ(fromHalf(toHalf(-1e30F)), -std::numeric_limits<float>::infinity());
    EXPECT_EQ(fromHalf(toHalf(0x1p-24F)), 0x1p-24F);
    EXPECT_EQ(fromHalf(toHalf(0x1p-25F)), 0.0F); // a tie between 0 and the smallest: even is 0
    EXPECT_EQ(std::bit_cast<std::uint32_t>(fromHalf(toHalf(-0.0F))), 0x80000000U);
}

RC_GTEST_PROP(ChunkCodec, InverseOfItself, (std::vector<std::uint8_t> raw))
{
    const std::size_t element = *rc::gen::element<std::size_t>(1, 2, 4, 8);
    std::vector<std::byte> values(raw.size() / element * element);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::byte>(raw[i]);
    const std::vector<std::byte> encoded = encodeChunk(values, element);
    RC_ASSERT(decodeChunk(encoded, values.size(), element) == values);
    if (!values.empty())
        RC_ASSERT(decodeChunk(encoded, values.size() + element, element).empty());
}

StoredKernel tiny(std::size_t layer, std::int64_t step, std::size_t bytes = 100)
{
    return {layer, step, 1, std::make_shared<const std::vector<std::byte>>(bytes)};
}

std::vector<std::int64_t> stepsOf(const KernelTrack& track, std::size_t layer)
{
    std::vector<std::int64_t> steps;
    for (const auto& entry : track.layer(layer))
        steps.push_back(entry.first);
    return steps;
}

TEST(KernelTrack, KeepsFirstNewestAndAnEvenLogarithmicSpread)
{
    KernelTrack track(1, {.snapshots = 20, .bytes = 1U << 20});
    for (std::int64_t step = 0; step <= 100000; step += 10) {
        track.add(tiny(0, step));
        const auto steps = stepsOf(track, 0);
        ASSERT_LE(steps.size(), 20U);
        ASSERT_EQ(steps.front(), 0);
        ASSERT_EQ(steps.back(), step);
    }
    const auto steps = stepsOf(track, 0);
    ASSERT_EQ(steps.size(), 20U);
    // Offered every 10 steps, 19 gaps from 10 to 100,000 would be a factor 1.67 each; none may be much wider.
    for (std::size_t i = 2; i < steps.size(); ++i)
        EXPECT_LE(static_cast<double>(steps[i]), 3.4 * static_cast<double>(steps[i - 1])) << i;
}

TEST(KernelTrack, StaysWithinItsBytesAndTreatsLayersAlike)
{
    KernelTrack track(3, {.snapshots = 64, .bytes = 30000});
    for (std::int64_t step = 1; step <= 2000; ++step) {
        for (std::size_t layer = 0; layer < 3; ++layer)
            track.add(tiny(layer, step, 400 + layer));
        ASSERT_EQ(stepsOf(track, 0), stepsOf(track, 1)) << step;
        ASSERT_EQ(stepsOf(track, 0), stepsOf(track, 2)) << step;
    }
    EXPECT_LE(track.bytes(), 30000U + 3 * 402);
    EXPECT_GE(track.layer(0).size(), 20U);
    std::size_t bytes = 0;
    for (std::size_t layer = 0; layer < 3; ++layer) {
        for (const auto& entry : track.layer(layer))
            bytes += entry.second.chunk->size();
    }
    EXPECT_EQ(bytes, track.bytes());
}

TEST(KernelTrack, KeepsAFewHoweverLargeTheyAre)
{
    KernelTrack track(2, {.snapshots = 64, .bytes = 10});
    for (std::int64_t step = 1; step <= 100; ++step) {
        for (std::size_t layer = 0; layer < 2; ++layer)
            track.add(tiny(layer, step));
    }
    EXPECT_EQ(track.layer(0).size(), KernelTrack::kFewest);
    EXPECT_EQ(stepsOf(track, 0).front(), 1);
    EXPECT_EQ(stepsOf(track, 1).back(), 100);
}

TEST(KernelTrack, ASecondKernelOfAStepReplacesTheFirst)
{
    KernelTrack track(1);
    track.add(tiny(0, 5, 100));
    track.add(tiny(0, 5, 70));
    EXPECT_EQ(track.layer(0).size(), 1U);
    EXPECT_EQ(track.bytes(), 70U);
}

} // namespace

} // namespace toeplab::core
