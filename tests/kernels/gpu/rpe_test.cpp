// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/rpe_reference.h"

#include <algorithm>

namespace toeplab::kernels::gpu::testing
{
namespace
{

constexpr ChannelNorm kNorms[] = {ChannelNorm::SimpleRms, ChannelNorm::Rms, ChannelNorm::GatedRms, ChannelNorm::Scale,
                                  ChannelNorm::Layer};

class GpuRpe : public GpuTest
{
protected:
    [[nodiscard]] const LayerTable& layers() const { return table().layers; }

    /// shift: how far parameters lie from an aligned place.
    /// apart: the weights of the last stage lie by themselves, not aligned.
    void expectNetwork(const Network& network, const std::vector<float>& t, int shift = 0, double near = 5e-5,
                       bool apart = false)
    {
        const RpeShape& shape = network.shape;
        const std::int64_t n = shape.positions;
        const auto g = randomStored(shape.outputs * n, 7);
        Reference reference(network);
        Values y(g.size());
        for (std::int64_t i = 0; i < n; ++i) {
            const double at = t[static_cast<std::size_t>(i)];
            const Values column = reference.forward(at);
            Values of_column(column.size());
            for (std::size_t o = 0; o < column.size(); ++o) {
                const std::size_t place = o * static_cast<std::size_t>(n) + static_cast<std::size_t>(i);
                y[place] = column[o];
                of_column[o] = g[place];
            }
            reference.backward(at, of_column);
        }

        const Buffer parameters = in(network.parameters, Number::Float32, shift);
        const Buffer t_in = in(t);
        const Buffer g_in = in(g);
        Buffer y_out = out(shape.outputs * n);
        Buffer plain_out = out(shape.outputs * n);
        Buffer kept = out(rpeKept(shape));
        Buffer gradients = out(network.layout().size());
        RpeParameters p = network.pointers(parameters.floats());
        const int last = shape.count - 1;
        const auto weights = network.parameters.begin() + network.layout().matrix(last);
        const Buffer last_weight =
            in(std::vector<float>(weights, weights + shape.outputs * shape.width), Number::Float32, 1);
        if (apart)
            p.stages[last].weight = last_weight.floats();
        everyOrder({&y_out, &plain_out, &kept}, [&] {
            return layers().rpeForward(context(), &shape, &p, t_in.floats(), y_out.floats(), kept.floats()) +
                   layers().rpeForward(context(), &shape, &p, t_in.floats(), plain_out.floats(), nullptr);
        });
        everyOrder({&gradients}, [&] {
            return layers().rpeBackward(context(), &shape, &p, t_in.floats(), kept.floats(), g_in.floats(),
                                        gradients.floats());
        });
        const std::string what = "width " + std::to_string(shape.width) + " outputs " + std::to_string(shape.outputs) +
                                 " positions " + std::to_string(n) + " stages " + std::to_string(shape.count) +
                                 " norm " + std::to_string(static_cast<int>(shape.stages[0].norm)) + " activation " +
                                 std::to_string(static_cast<int>(shape.stages[0].activation));
        EXPECT_LE(worstError(y_out.values(), y), 2e-5) << what;
        EXPECT_EQ(plain_out.values(), y_out.values()) << what;
        expectGradients(network, gradients.values(), reference.gradients, near, what);
    }

    /// Each parameter against its own size: a small one is not hidden by a large one.
    void expectGradients(const Network& network, const std::vector<float>& got, const Values& wanted, double near,
                         const std::string& what)
    {
        const RpeLayout at = network.layout();
        std::vector<std::int64_t> begins{at.weight(), at.bias()};
        for (int s = 0; s < network.shape.count; ++s)
            for (const std::int64_t place :
                 {at.matrix(s), at.normWeight(s), at.normBias(s), at.normGate(s), at.stageBias(s)})
                begins.push_back(place);
        begins.push_back(at.size());
        std::sort(begins.begin(), begins.end());
        for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
            const std::vector<float> part(got.begin() + begins[i], got.begin() + begins[i + 1]);
            const Values expected(wanted.begin() + begins[i], wanted.begin() + begins[i + 1]);
            if (!network.biased && isBias(at, begins[i], network.shape.count))
                continue;
            EXPECT_LE(worstError(part, expected), near) << what << " gradient at " << begins[i];
        }
    }

    static bool isBias(const RpeLayout& at, std::int64_t place, int count)
    {
        bool found = place == at.bias();
        for (int s = 0; s < count; ++s)
            found = found || place == at.stageBias(s);
        return found;
    }
};

/// Lags as an operator has them, so that positions differ in size.
std::vector<float> lags(std::int64_t positions, float step)
{
    std::vector<float> t(static_cast<std::size_t>(positions));
    const std::int64_t middle = positions / 2;
    for (std::int64_t i = 0; i < positions; ++i)
        t[static_cast<std::size_t>(i)] = step * static_cast<float>(i - middle) + 0.3F;
    return t;
}

RpeShape shapeOf(std::int64_t positions, std::int64_t width, std::int64_t outputs, int hidden, const RpeStage& stage,
                 const RpeStage& last)
{
    RpeShape shape{positions, width, outputs, hidden + 1, {}};
    for (int s = 0; s < hidden; ++s)
        shape.stages[s] = stage;
    shape.stages[hidden] = last;
    shape.stages[hidden].skip = RpeSkip::None;
    return shape;
}

RpeShape shapeOf(std::int64_t positions, std::int64_t width, std::int64_t outputs, int hidden, const RpeStage& stage)
{
    return shapeOf(positions, width, outputs, hidden, stage, stage);
}

TEST_F(GpuRpe, NetworksOfEveryNormAgreeWithTheirDefinition)
{
    constexpr Activation kSmooth[] = {Activation::Silu, Activation::Gelu,       Activation::Elu,
                                      Activation::Sine, Activation::OnePlusElu, Activation::Sigmoid};
    constexpr std::int64_t kPositions[] = {1, 31, 33, 100, 64};
    constexpr std::int64_t kOutputs[] = {1, 7, 40, 130};
    constexpr RpeSkip kSkips[] = {RpeSkip::None, RpeSkip::Input, RpeSkip::Activated};
    std::uint32_t one = 0;
    for (const ChannelNorm norm : kNorms) {
        for (const std::int64_t width : {5, 16, 33, 64}) {
            if (!kThorough && width != 16)
                continue;
            ++one;
            const RpeStage stage{true, norm, kSmooth[one % 6], kSkips[one % 3]};
            const std::int64_t positions = kThorough ? kPositions[one % 5] : 33;
            const Network network(shapeOf(positions, width, kOutputs[one / 2 % 4], static_cast<int>(one % 4), stage),
                                  one % 4 != 1, one);
            expectNetwork(network, lags(positions, 0.05F));
        }
    }
}

TEST_F(GpuRpe, EveryActivationAndSkip)
{
    for (int activation = 0; activation <= static_cast<int>(Activation::Exp); ++activation) {
        for (const RpeSkip skip : {RpeSkip::None, RpeSkip::Input, RpeSkip::Activated}) {
            const RpeStage stage{activation % 2 == 0, ChannelNorm::Rms, static_cast<Activation>(activation), skip};
            const bool grows = stage.activation == Activation::Exp;
            const int hidden = grows ? 1 : 2;
            if (kThorough || activation < 3)
                expectNetwork(Network(shapeOf(37, 12, 6, hidden, stage), true, 5), lags(37, grows ? 0.01F : 0.05F));
        }
    }
}

/// LRA's position network: norms in the last stage only, the skip takes what was rectified.
TEST_F(GpuRpe, StagesDiffer)
{
    for (const RpeSkip skip : {RpeSkip::None, RpeSkip::Activated}) {
        const RpeStage stage{false, ChannelNorm::Layer, Activation::Relu, skip};
        const RpeStage last{true, ChannelNorm::Layer, Activation::Relu, RpeSkip::None};
        for (const bool biased : {true, false})
            expectNetwork(Network(shapeOf(65, 20, 9, 2, stage, last), biased, 11), lags(65, 0.05F));
    }
}

TEST_F(GpuRpe, ManyPositionsAndWideNetworks)
{
    if (!kThorough)
        GTEST_SKIP() << "too many accesses to look at each";
    const auto stage = [](ChannelNorm norm) { return RpeStage{true, norm, Activation::Silu, RpeSkip::Input}; };
    expectNetwork(Network(shapeOf(700, 64, 40, 2, stage(ChannelNorm::Layer)), true, 1), lags(700, 0.005F));
    expectNetwork(Network(shapeOf(700, 33, 7, 3, stage(ChannelNorm::GatedRms)), true, 2), lags(700, 0.005F));
    expectNetwork(Network(shapeOf(100, 136, 130, 1, stage(ChannelNorm::Rms)), true, 3), lags(100, 0.03F));
    expectNetwork(Network(shapeOf(33, 130, 40, 2, stage(ChannelNorm::Scale)), true, 4), lags(33, 0.05F));
}

/// One channel: a norm leaves its sign at most, and what cancels in its gradient is as large as the inverse.
TEST_F(GpuRpe, OneChannel)
{
    for (const ChannelNorm norm : kNorms)
        expectNetwork(Network(shapeOf(31, 1, 3, 2, {true, norm, Activation::Sine, RpeSkip::Input}), true, 3),
                      lags(31, 0.5F), 0, 1e-3);
}

/// x_0 is zero at t = 0: norms make zeros of it, and its gradient counts for nothing.
TEST_F(GpuRpe, ZeroVectorsStayZero)
{
    for (const ChannelNorm norm : kNorms) {
        auto t = lags(34, 0.1F);
        t[5] = 0;
        expectNetwork(Network(shapeOf(34, 8, 4, 1, {true, norm, Activation::Sine, RpeSkip::None}), false, 9), t);
    }
}

TEST_F(GpuRpe, ParametersMayLieAnywhere)
{
    for (const std::int64_t width : {8, 40}) {
        const Network network(shapeOf(40, width, 5, 2, {true, ChannelNorm::Layer, Activation::Silu, RpeSkip::Input}),
                              true, 6);
        expectNetwork(network, lags(40, 0.05F), 1);
        expectNetwork(network, lags(40, 0.05F), 0, 5e-5, true);
    }
}

TEST_F(GpuRpe, AsManyStagesAndPositionsAsThereMayBe)
{
    const RpeStage stage{true, ChannelNorm::Rms, Activation::Sine, RpeSkip::Input};
    expectNetwork(Network(shapeOf(33, 8, 3, kRpeStages - 1, stage), true, 12), lags(33, 0.05F), 0, 5e-4);
    if (kThorough) // both sides of 16384 positions
        expectNetwork(Network(shapeOf(32767, 8, 2, 1, stage), true, 13), lags(32767, 0.0005F), 0, 5e-4);
    const Network nowhere(shapeOf(0, 8, 3, 1, stage), true, 14);
    const Buffer parameters = in(nowhere.parameters);
    Buffer gradients = out(nowhere.layout().size());
    const RpeParameters p = nowhere.pointers(parameters.floats());
    expectDone(layers().rpeForward(context(), &nowhere.shape, &p, nullptr, nullptr, nullptr));
    expectDone(layers().rpeBackward(context(), &nowhere.shape, &p, nullptr, nullptr, nullptr, gradients.floats()));
    EXPECT_EQ(gradients.values(), std::vector<float>(gradients.values().size()));
}

TEST_F(GpuRpe, SaysWhichNetworksItTakes)
{
    RpeShape shape = shapeOf(10, 64, 4, 3, {});
    const auto fits = [&] {
        int answer = -1;
        expectDone(layers().rpeFits(context(), &shape, &answer));
        return answer == 1;
    };
    EXPECT_TRUE(fits());
    shape.count = kRpeStages + 1;
    EXPECT_FALSE(fits());
    shape.count = 4;
    shape.width = 4096;
    EXPECT_FALSE(fits());
    const RpeParameters none;
    EXPECT_EQ(layers().rpeForward(context(), &shape, &none, nullptr, nullptr, nullptr), 1);
    EXPECT_NE(std::string(table().message()).find("fit in shared memory"), std::string::npos);
    shape.width = 64;
    expectDone(table().limitShared(context(), 8192));
    EXPECT_FALSE(fits());
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
