// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/oracle.h"
#include "tests/core/operators/variants.h"

#include <ATen/core/grad_mode.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

// Every operator against dense matrices that are written out from its parameters in double precision.

namespace toeplab::core
{
namespace
{

using namespace testing;

struct Shape {
    std::int64_t batch = 0, channels = 0, n = 0;
};

/// T x and the kernel that the window draws, by each algorithm that the operator may use.
double worstAgainstOracle(MixerSettings mixer, const Shape& s, std::uint64_t seed)
{
    const at::NoGradGuard no_graph;
    const at::Tensor x = normal({s.batch, s.channels, s.n}, seed);
    double error = 0;
    for (const char* algorithm : {"auto", "fft", "direct", "blocks"}) {
        mixer.algorithm = algorithm;
        const auto op = makeDouble(mixer, s.channels, s.n, seed);
        const at::Tensor matrix = oracleMatrix(mixer, *op, s.n);
        error = std::max(error, worst(apply(*op, x), times(matrix, x)));
        const at::Tensor plain = op->plainProduct(x[0][s.channels - 1], s.channels - 1);
        error = std::max(error, worst(plain, times(matrix, x)[0][s.channels - 1]));
        const bool toeplitz = (mixer.kind != "ski" || mixer.causal) && !mixer.normalize;
        if (toeplitz)
            error = std::max(error, worst(toeplitzMatrix(op->kernel(s.n)), matrix));
    }
    return error;
}

class Dense : public ::testing::TestWithParam<Variant>
{
};

TEST_P(Dense, IsTheOraclesMatrix)
{
    const MixerSettings mixer = GetParam().settings();
    const std::int64_t heads = mixer.heads;
    for (const std::int64_t n : {1, 2, 3, 4, 7, 16, 31, 45, 64, 97, 261})
        if (n >= shortestLength(mixer)) {
            EXPECT_LT(worstAgainstOracle(mixer, {2, 2 * heads, n}, 3), 1e-12) << "n = " << n;
        }
    EXPECT_LT(worstAgainstOracle(mixer, {1, heads, 29}, 4), 1e-12) << "one sample, one channel a head";
}

TEST_P(Dense, IsTheOraclesMatrixForAnyShape)
{
    const MixerSettings mixer = GetParam().settings();
    const auto holds = rc::check("T x is the oracle's for any batch, channels and length", [&] {
        const auto from = [](std::int64_t least, std::int64_t end) { return *rc::gen::inRange(least, end); };
        MixerSettings m = mixer;
        if (m.kind == "ski") {
            m.rank = from(2, 12);
            m.band = 2 * from(0, 12) + 1; // also wider than n
        }
        const Shape s{from(1, 4), mixer.heads * from(1, 4), from(std::max<std::int64_t>(shortestLength(m), 2), 60)};
        RC_ASSERT(worstAgainstOracle(m, s, static_cast<std::uint64_t>(from(1, 1000))) < 1e-12);
    });
    EXPECT_TRUE(holds);
}

INSTANTIATE_TEST_SUITE_P(Operators, Dense, ::testing::ValuesIn(variants()),
                         variantName<::testing::TestParamInfo<Variant>>);

} // namespace
} // namespace toeplab::core
