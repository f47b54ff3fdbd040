// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

constexpr Activation kActivations[] = {Activation::Identity,  Activation::Silu,       Activation::Relu,
                                       Activation::Gelu,      Activation::Elu,        Activation::Sigmoid,
                                       Activation::LeakyRelu, Activation::OnePlusElu, Activation::TwoPlusElu,
                                       Activation::Sine,      Activation::Exp};

class GpuPointwise : public GpuTest
{
protected:
    [[nodiscard]] const LayerTable& layers() const { return table().layers; }
};

TEST_F(GpuPointwise, ActivationsAgreeWithTheCpu)
{
    for (const Number number : kNumbers)
        for (const Activation activation : kActivations)
            for (const std::int64_t count : {1, 3, 1020, 1023, 1024, 1025, 2500}) {
                if (!kThorough && count != 1025)
                    continue;
                const auto x = randomStored(count, 1, number);
                const auto g = randomStored(count, 2, number);
                std::vector<double> y(x.size());
                std::vector<double> dx(x.size());
                kernels::activate<double>(activation, count, widened(x).data(), y.data());
                kernels::activateBackward<double>(activation, count, widened(x).data(), widened(g).data(), dx.data());
                // One of them is not aligned, then the others.
                const int shift = count == 3 || count == 1020 ? 1 : 0;
                const Buffer x_in = in(x, number, count == 1024 ? 1 : 0);
                Buffer g_in = in(g, number, shift);
                Buffer y_out = out(count, number, shift);
                everyOrder({&y_out}, [&] {
                    return layers().activate(context(), activation, count, number, x_in.data(), y_out.data());
                });
                EXPECT_LE(worstError(y_out.values(), y), tolerance(number)) << static_cast<int>(activation);
                // The gradient may be overwritten.
                expectDone(layers().activateBackward(context(), activation, count, number, x_in.data(), g_in.data(),
                                                     g_in.data()));
                EXPECT_LE(worstError(g_in.values(), dx), tolerance(number)) << static_cast<int>(activation);
            }
}

TEST_F(GpuPointwise, MasksAreThoseOfTheCpu)
{
    for (const Number number : kNumbers)
        for (const std::int64_t length : {1, 5, 64, 1024, 1027}) {
            const Dropout dropout{0.3, 0x123456789ABCDEFULL};
            const std::int64_t rows = 5;
            const auto x = randomStored(rows * length, 1, number);
            const auto residual = randomStored(rows * length, 2, number);
            std::vector<double> y(x.size());
            std::vector<double> sum(x.size());
            kernels::dropout<double>(dropout, rows, length, widened(x).data(), y.data());
            kernels::dropoutAdd<double>(dropout, rows, length, widened(residual).data(), widened(x).data(), sum.data());
            const Buffer x_in = in(x, number);
            const Buffer residual_in = in(residual, number);
            Buffer y_out = out(rows * length, number);
            Buffer sum_out = out(rows * length, number);
            everyOrder({&y_out, &sum_out}, [&] {
                return layers().dropoutAdd(context(), &dropout, rows, length, number, nullptr, x_in.data(),
                                           y_out.data()) +
                       layers().dropoutAdd(context(), &dropout, rows, length, number, residual_in.data(), x_in.data(),
                                           sum_out.data());
            });
            EXPECT_LE(worstError(y_out.values(), y), tolerance(number));
            EXPECT_LE(worstError(sum_out.values(), sum), tolerance(number));
            const auto values = y_out.values();
            for (std::size_t i = 0; i < values.size(); ++i)
                EXPECT_EQ(values[i] == 0, y[i] == 0) << i;
            // The same seed from the device's memory.
            const auto place = integers({static_cast<std::int64_t>(dropout.seed)});
            Dropout placed{0.3, 5};
            placed.place = reinterpret_cast<const std::uint64_t*>(place.get());
            Buffer again = out(rows * length, number);
            expectDone(
                layers().dropoutAdd(context(), &placed, rows, length, number, nullptr, x_in.data(), again.data()));
            EXPECT_EQ(again.values(), values);
        }
}

TEST_F(GpuPointwise, ProductsAreWidenedWithBiasAndResidual)
{
    for (const Number number : kNumbers)
        for (const std::int64_t length : {1, 6, 1024, 1030})
            for (const int parts : {0, 1, 2, 3}) {
                const std::int64_t batch = 2;
                const std::int64_t channels = 3;
                const std::int64_t count = batch * channels * length;
                const auto product = randomStored(count, 1, number);
                const auto bias = randomStored(channels, 2);
                const auto residual = randomStored(count, 3);
                std::vector<double> y(product.size());
                for (std::int64_t i = 0; i < count; ++i) {
                    const auto at = static_cast<std::size_t>(i);
                    y[at] = static_cast<double>(product[at]);
                    if ((parts & 1) != 0)
                        y[at] += static_cast<double>(bias[static_cast<std::size_t>(i / length % channels)]);
                    if ((parts & 2) != 0)
                        y[at] += static_cast<double>(residual[at]);
                }
                const Buffer product_in = in(product, number);
                const Buffer bias_in = in(bias);
                const Buffer residual_in = in(residual);
                Buffer y_out = out(count);
                everyOrder({&y_out}, [&] {
                    return layers().addProduct(context(), batch, channels, length, number, product_in.data(),
                                               (parts & 1) != 0 ? bias_in.floats() : nullptr,
                                               (parts & 2) != 0 ? residual_in.floats() : nullptr, y_out.floats());
                });
                EXPECT_LE(worstError(y_out.values(), y), tolerance(Number::Float32));
            }
}

struct GateCase {
    GateShape shape;
    Dropout dropout;
    Number number = Number::Float32;
    bool biased = true;
};

class GpuGate : public GpuPointwise
{
protected:
    void expectGates(const GateCase& gate)
    {
        const GateShape& shape = gate.shape;
        const Number number = gate.number;
        const std::int64_t count = shape.batch * shape.channels * shape.length;
        const auto z = randomStored(2 * count, 1, number);
        const auto bias = randomStored(2 * shape.channels, 2);
        const auto y = randomStored(count, 3, number);
        const auto g = randomStored(count, 4, number);
        const auto wide_z = widened(z);
        const auto wide_bias = widened(bias);
        const auto wide_y = widened(y);
        const auto wide_g = widened(g);
        const double* b = gate.biased ? wide_bias.data() : nullptr;
        const auto many = [&](std::int64_t n) { return std::vector<double>(static_cast<std::size_t>(n)); };
        auto v = many(count);
        auto o = many(count);
        auto o_again = many(count);
        auto a = many(count);
        auto a_again = many(count);
        auto dz = many(2 * count);
        auto dy = many(count);
        auto dbias = many(2 * shape.channels);
        auto glu_dz = many(2 * count);
        auto glu_dbias = many(2 * shape.channels);
        kernels::gateInput(shape, wide_z.data(), b, v.data());
        kernels::gateOutput(shape, gate.dropout, wide_z.data(), b, wide_y.data(), o.data());
        kernels::gateOutputBackward(shape, gate.dropout, wide_z.data(), b, wide_y.data(), wide_g.data(), dz.data(),
                                    dy.data(), o_again.data(), dbias.data());
        kernels::gateInputBackward(shape, wide_z.data(), b, wide_g.data(), dz.data(), dbias.data());
        kernels::gluForward(shape, gate.dropout, wide_z.data(), b, a.data());
        kernels::gluBackward(shape, gate.dropout, wide_z.data(), b, wide_g.data(), glu_dz.data(), a_again.data(),
                             glu_dbias.data());

        const Buffer z_in = in(z, number);
        const Buffer bias_in = in(bias);
        const float* bias_data = gate.biased ? bias_in.floats() : nullptr;
        const Buffer y_in = in(y, number);
        const Buffer g_in = in(g, number);
        Buffer v_out = out(count, number);
        Buffer o_out = out(count, number);
        Buffer a_out = out(count, number);
        Buffer o_more = out(count, number);
        Buffer a_more = out(count, number);
        Buffer dz_out = out(2 * count, number);
        Buffer dy_out = out(count, number);
        Buffer dbias_out = out(2 * shape.channels);
        Buffer glu_dz_out = out(2 * count, number);
        Buffer glu_dbias_out = out(2 * shape.channels);
        const LayerTable& t = layers();
        Context* c = context();
        everyOrder({&v_out, &o_out, &a_out}, [&] {
            return t.gateInput(c, &shape, number, z_in.data(), bias_data, v_out.data()) +
                   t.gateOutput(c, &shape, &gate.dropout, number, z_in.data(), bias_data, y_in.data(), o_out.data()) +
                   t.gluForward(c, &shape, &gate.dropout, number, z_in.data(), bias_data, a_out.data());
        });
        everyOrder({&dz_out, &dy_out, &o_more, &dbias_out}, [&] {
            return t.gateOutputBackward(c, &shape, &gate.dropout, number, z_in.data(), bias_data, y_in.data(),
                                        g_in.data(), dz_out.data(), dy_out.data(), o_more.data(), dbias_out.floats()) +
                   t.gateInputBackward(c, &shape, number, z_in.data(), bias_data, g_in.data(), dz_out.data(),
                                       dbias_out.floats());
        });
        everyOrder({&glu_dz_out, &a_more, &glu_dbias_out}, [&] {
            return t.gluBackward(c, &shape, &gate.dropout, number, z_in.data(), bias_data, g_in.data(),
                                 glu_dz_out.data(), a_more.data(), glu_dbias_out.floats());
        });
        const double near = tolerance(number);
        EXPECT_LE(worstError(v_out.values(), v), near);
        EXPECT_LE(worstError(o_out.values(), o), near);
        EXPECT_LE(worstError(a_out.values(), a), near);
        EXPECT_LE(worstError(o_more.values(), o_again), near);
        EXPECT_LE(worstError(a_more.values(), a_again), near);
        EXPECT_LE(worstError(dz_out.values(), dz), near);
        EXPECT_LE(worstError(dy_out.values(), dy), near);
        EXPECT_LE(worstError(dbias_out.values(), dbias), tolerance(Number::Float32));
        EXPECT_LE(worstError(glu_dz_out.values(), glu_dz), near);
        EXPECT_LE(worstError(glu_dbias_out.values(), glu_dbias), tolerance(Number::Float32));
    }
};

TEST_F(GpuGate, AgreesWithTheCpu)
{
    const Dropout some{0.25, 77};
    for (const std::int64_t length : {1, 2, 7, 32, 100, 1021, 2048, 2051, 5000})
        if (kThorough || length == 100) {
            expectGates({{2, 3, length, Activation::Silu}, {}});
            expectGates({{1, 1, length, Activation::Silu}, some, Number::Float32, false});
        }
    for (const Activation activation : kActivations)
        expectGates({{2, 2, 37, activation}, some});
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const std::int64_t length : {33, 64})
            expectGates({{2, 2, length, Activation::Silu}, some, number});
}

TEST_F(GpuGate, SumsManyPartsInOrder)
{
    expectGates({{300, 1, 3, Activation::Silu}, {}}); // enough samples for several warps to add them up
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
