// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct/choice.h"
#include "tests/core/operators/variants.h"

#include <ATen/core/grad_mode.h>

#include <gtest/gtest.h>

// Which product an operator uses: chosen by the cost that was measured, or forced, and always said.

namespace toeplab::core
{
namespace
{

using namespace testing;

std::string algorithmOf(MixerSettings mixer, std::int64_t n, const std::string& algorithm)
{
    mixer.algorithm = algorithm;
    const auto op = makeDouble(mixer, 2 * mixer.heads, n);
    const std::string used = op->map(n)->algorithm();
    if (used.find("rank") == std::string::npos) { // whose description begins with both numbers
        EXPECT_NE(op->describe(n).find(used), std::string::npos) << op->describe(n);
    }
    return used;
}

TEST(Algorithm, ShortAxesAreMultipliedTermByTerm)
{
    for (const char* name : {"tno_dpb", "fd_omega", "fd_cos", "tno_causal"}) {
        const MixerSettings mixer = variant(name).settings();
        EXPECT_EQ(algorithmOf(mixer, 32, "auto"), "direct 32 x 32") << name;
        EXPECT_EQ(algorithmOf(mixer, 2048, "auto").substr(0, 6), "FFT of") << name;
        EXPECT_EQ(algorithmOf(mixer, 32, "fft").substr(0, 6), "FFT of") << name;
        EXPECT_EQ(algorithmOf(mixer, 2048, "direct"), "direct 2,048 x 2,048") << name;
    }
    EXPECT_EQ(algorithmOf(variant("ski_exact_warp_wide_band").settings(), 300, "fft"),
              "band 259 by FFT of 512 + rank 3");
    EXPECT_EQ(algorithmOf(variant("tno_causal").settings(), 261, "blocks"), "blocks of 264, direct within 33");
    EXPECT_EQ(algorithmOf(variant("tno_causal").settings(), 32, "blocks"), "blocks of 32, direct within 32");
    EXPECT_EQ(algorithmOf(variant("ski_exact_warp_causal").settings(), 32, "auto"), "direct 32 x 32");
    MixerSettings ski = variant("ski_exact_warp").settings();
    EXPECT_EQ(algorithmOf(ski, 32, "auto"), "band 5 + rank 3");
    ski.rank = 32; // W is the identity
    EXPECT_EQ(algorithmOf(ski, 32, "auto"), "direct 32 x 32");
    ski.mode = "released"; // where it is not
    EXPECT_EQ(algorithmOf(ski, 32, "auto"), "band 5 + rank 32");
}

TEST(Algorithm, TheCrossoversAreThoseThatTheCostModelNames)
{
    const auto longest = [](auto before) {
        std::int64_t n = 1;
        while (kernels::directIsFaster(n + 1, before(n + 1), n))
            ++n;
        return n;
    };
    EXPECT_EQ(longest([](std::int64_t n) { return n - 1; }), 58);
    EXPECT_EQ(longest([](std::int64_t) { return std::int64_t{0}; }), 79);
    for (const std::int64_t n : {100, 1000, 10000})
        EXPECT_FALSE(kernels::directIsFaster(n, n - 1, n - 1)) << n;
    EXPECT_TRUE(kernels::directIsFaster(4096, 1, 1)) << "a few lags need no transform";
}

TEST(Algorithm, BothGiveTheSameSums)
{
    const at::NoGradGuard no_graph;
    MixerSettings mixer = variant("tno_mlp").settings();
    const at::Tensor x = normal({2, 2, 300}, 1);
    mixer.algorithm = "fft";
    const at::Tensor transforms = apply(*makeDouble(mixer, 2, 300), x);
    mixer.algorithm = "direct";
    EXPECT_LT(worst(apply(*makeDouble(mixer, 2, 300), x), transforms), 1e-12);
    mixer.kind = "direct";
    mixer.algorithm = "fft"; // means nothing to it
    const auto direct = makeDouble(mixer, 2, 300);
    EXPECT_EQ(direct->map(300)->algorithm(), "direct 300 x 300");
    EXPECT_LT(worst(apply(*direct, x), transforms), 1e-12);
}

TEST(Algorithm, CostsFollowTheAlgorithm)
{
    MixerSettings mixer = variant("tno_dpb").settings();
    const auto operations = [&](const char* algorithm, std::int64_t n) {
        mixer.algorithm = algorithm;
        return makeDouble(mixer, 2, n)->cost(64, n).operations;
    };
    EXPECT_NEAR(operations("direct", 2048) / operations("direct", 1024), 4, 0.1);
    EXPECT_LT(operations("fft", 2048) / operations("fft", 1024), 2.5);
}

} // namespace
} // namespace toeplab::core
