// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

struct Case {
    GateShape shape;
    ChannelNorm kind = ChannelNorm::Layer;
    Dropout dropout;
    Number number = Number::Float32;
    bool biased = true;
    bool in_place = false; ///< dy takes the place of g
};

/// The norm's parameters, of which a kind has its own.
template <typename T, typename P>
ChannelNormParameters<P> parametersOf(ChannelNorm kind, T* weight, T* bias, T* gate)
{
    return {kind != ChannelNorm::SimpleRms ? weight : nullptr, kind == ChannelNorm::Layer ? bias : nullptr,
            kind == ChannelNorm::GatedRms ? gate : nullptr};
}

std::vector<double> many(std::int64_t count)
{
    return std::vector<double>(static_cast<std::size_t>(count));
}

/// Every other stretch of `length` values, from the first or the second one on.
template <typename T>
std::vector<T> halves(const std::vector<T>& values, std::int64_t length, std::int64_t which)
{
    std::vector<T> found;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (static_cast<std::int64_t>(i) / length % 2 == which)
            found.push_back(values[i]);
    }
    return found;
}

class GpuGateNorm : public GpuTest
{
protected:
    /// Against the CPU's gate and norm, one after the other, in double.
    void expectGateNorm(const Case& one)
    {
        const GateShape& shape = one.shape;
        const Number number = one.number;
        const std::int64_t d = shape.channels;
        const std::int64_t positions = shape.batch * shape.length;
        const std::int64_t count = d * positions;
        const std::int64_t weights = one.kind == ChannelNorm::Scale ? 1 : d;
        const auto z = randomStored(2 * count, 1, number);
        const auto bias = randomStored(2 * d, 2);
        const auto y = randomStored(count, 3, number);
        const auto g = randomStored(count, 4, number);
        const auto weight = randomStored(weights, 5);
        const auto shift = randomStored(d, 6);
        const auto gate = randomStored(d, 7);
        auto wide_weight = widened(weight);
        auto wide_shift = widened(shift);
        auto wide_gate = widened(gate);
        const auto wide_z = widened(z);
        const auto wide_y = widened(y);
        const auto wide_bias = widened(bias);
        const double* b = one.biased ? wide_bias.data() : nullptr;
        auto product = many(count);
        auto o = many(count);
        auto mean = many(positions);
        auto inverse = many(positions);
        auto of_product = many(count);
        auto product_again = many(count);
        auto dz = many(2 * count);
        auto dy = many(count);
        auto dbias = many(2 * d);
        auto dweight = many(weights);
        auto dshift = many(d);
        auto dgate = many(d);
        const ChannelNormShape norm{shape.batch, d, shape.length, one.kind};
        const auto p =
            parametersOf<double, const double>(one.kind, wide_weight.data(), wide_shift.data(), wide_gate.data());
        kernels::gateOutput(shape, one.dropout, wide_z.data(), b, wide_y.data(), product.data());
        kernels::channelNormForward(norm, p, product.data(), o.data(), mean.data(), inverse.data());
        kernels::channelNormBackward<double, double>(
            norm, p, product.data(), mean.data(), inverse.data(), widened(g).data(), nullptr, of_product.data(),
            parametersOf<double, double>(one.kind, dweight.data(), dshift.data(), dgate.data()));
        kernels::gateOutputBackward<double, double>(shape, one.dropout, wide_z.data(), b, wide_y.data(),
                                                    of_product.data(), dz.data(), dy.data(), product_again.data(),
                                                    dbias.data());

        const Buffer z_in = in(z, number);
        const Buffer bias_in = in(bias);
        const Buffer y_in = in(y, number);
        const Buffer g_in = in(g, number);
        const Buffer weight_in = in(weight);
        const Buffer shift_in = in(shift);
        const Buffer gate_in = in(gate);
        const float* bias_data = one.biased ? bias_in.floats() : nullptr;
        Buffer o_out = out(count, number);
        Buffer o_again = out(count, number);
        Buffer mean_out = out(positions);
        Buffer inverse_out = out(positions);
        Buffer dz_out = in(std::vector<float>(static_cast<std::size_t>(2 * count), 9.0F), number);
        Buffer dy_out = out(count, number);
        Buffer dbias_out = in(std::vector<float>(static_cast<std::size_t>(2 * d), 9.0F));
        Buffer dweight_out = out(weights);
        Buffer dshift_out = out(d);
        Buffer dgate_out = out(d);
        const auto parameters =
            parametersOf<float, const float>(one.kind, weight_in.floats(), shift_in.floats(), gate_in.floats());
        const auto gradients =
            parametersOf<float, float>(one.kind, dweight_out.floats(), dshift_out.floats(), dgate_out.floats());
        const LayerTable& t = table().layers;
        everyOrder({&o_out, &mean_out, &inverse_out}, [&] {
            return t.gateNormForward(context(), &shape, &one.dropout, one.kind, &parameters, number, z_in.data(),
                                     bias_data, y_in.data(), o_out.data(), mean_out.floats(), inverse_out.floats());
        });
        std::vector<Buffer*> written{&dz_out, &dy_out, &o_again, &dbias_out};
        if (gradients.weight != nullptr)
            written.push_back(&dweight_out);
        if (gradients.bias != nullptr)
            written.push_back(&dshift_out);
        if (gradients.gate != nullptr)
            written.push_back(&dgate_out);
        everyOrder(written, [&] {
            int status = 0;
            if (one.in_place)
                status += t.activate(context(), Activation::Identity, count, number, g_in.data(), dy_out.data());
            return status + t.gateNormBackward(context(), &shape, &one.dropout, one.kind, &parameters, number,
                                               z_in.data(), bias_data, y_in.data(), mean_out.floats(),
                                               inverse_out.floats(), one.in_place ? dy_out.data() : g_in.data(),
                                               dz_out.data(), dy_out.data(), o_again.data(), dbias_out.floats(),
                                               &gradients);
        });
        SCOPED_TRACE(::testing::Message() << "norm " << static_cast<int>(one.kind) << ", (" << shape.batch << ", " << d
                                          << ", " << shape.length << "), number " << static_cast<int>(number));
        const double near = tolerance(number);
        EXPECT_LE(worstError(o_out.values(), o), near);
        EXPECT_EQ(o_again.values(), o_out.values());
        EXPECT_LE(worstError(dy_out.values(), dy), 4 * near);
        const std::int64_t half = d * shape.length;
        EXPECT_LE(worstError(halves(dz_out.values(), half, 0), halves(dz, half, 0)), 4 * near);
        EXPECT_EQ(halves(dz_out.values(), half, 1), std::vector<float>(static_cast<std::size_t>(count), 9.0F))
            << "the second half is the input gate's";
        const double sums = 4 * tolerance(Number::Float32);
        EXPECT_LE(worstError(halves(dbias_out.values(), d, 0), halves(dbias, d, 0)), sums);
        EXPECT_EQ(halves(dbias_out.values(), d, 1), std::vector<float>(static_cast<std::size_t>(d), 9.0F));
        if (gradients.weight != nullptr) {
            EXPECT_LE(worstError(dweight_out.values(), dweight), sums);
        }
        if (gradients.bias != nullptr) {
            EXPECT_LE(worstError(dshift_out.values(), dshift), sums);
        }
        if (gradients.gate != nullptr) {
            EXPECT_LE(worstError(dgate_out.values(), dgate), sums);
        }
    }
};

constexpr ChannelNorm kKinds[] = {ChannelNorm::SimpleRms, ChannelNorm::Rms, ChannelNorm::GatedRms, ChannelNorm::Scale,
                                  ChannelNorm::Layer};

TEST_F(GpuGateNorm, IsTheGateAndThenTheNorm)
{
    const Dropout some{0.25, 77};
    for (const ChannelNorm kind : kKinds) {
        for (const std::int64_t length : {1, 31, 32, 33, 100})
            if (kThorough || length == 33)
                expectGateNorm({{2, 11, length, Activation::Silu}, kind, some});
        expectGateNorm({{1, 3, 40, Activation::Gelu}, kind, {}, Number::Float32, false});
        expectGateNorm({{3, 8, 5, Activation::Relu}, kind, some, Number::Float32, true, true});
    }
    expectGateNorm({{1, 1, 70, Activation::Sigmoid}, ChannelNorm::Scale, {}});
    expectGateNorm({{1, 17, 6, Activation::Identity}, ChannelNorm::Layer, some});
}

TEST_F(GpuGateNorm, ReadsAndWritesHalfTheBits)
{
    const Dropout some{0.25, 78};
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const ChannelNorm kind : kKinds)
            expectGateNorm({{2, 19, 45, Activation::Silu}, kind, some, number, true, kind == ChannelNorm::Layer});
}

TEST_F(GpuGateNorm, SumsManyTilesInOrder)
{
    if (!kThorough)
        GTEST_SKIP() << "takes too long where each access to memory is checked";
    expectGateNorm({{1, 9, 16384, Activation::Silu}, ChannelNorm::Layer, {}});
    expectGateNorm({{150, 2, 3, Activation::Silu}, ChannelNorm::GatedRms, {}});
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
