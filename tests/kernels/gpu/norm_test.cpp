// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

std::vector<double> zeros(std::int64_t count)
{
    return std::vector<double>(static_cast<std::size_t>(count));
}

/// Where the gradient lies that comes past a norm.
enum class Past { Nowhere, Beside, InPlace };
constexpr Past kPasts[] = {Past::Nowhere, Past::Beside, Past::InPlace};

class GpuNorm : public GpuTest
{
protected:
    [[nodiscard]] const LayerTable& layers() const { return table().layers; }

    /// add and dx of a backward pass.
    struct Gradient {
        const GpuNorm* test;
        Past past;
        std::vector<float> values; ///< of add
        Buffer beside, dx;

        [[nodiscard]] std::vector<double> wide() const { return widened(values); }
        [[nodiscard]] const float* add() const
        {
            return past == Past::Nowhere ? nullptr : past == Past::Beside ? beside.floats() : dx.floats();
        }
        /// Before each run.
        [[nodiscard]] int fill() const
        {
            return past != Past::InPlace
                       ? 0
                       : test->table().upload(test->context(), dx.data(), values.data(), values.size() * sizeof(float));
        }
    };
    /// shift: rows of add are not aligned.
    [[nodiscard]] Gradient gradient(Past past, std::int64_t count, int shift = 0) const
    {
        const auto values = randomStored(count, 6);
        return {this, past, values, in(values, Number::Float32, shift), out(count)};
    }

    /// What a norm writes as `number` is what it writes as float, rounded once.
    void expectRounded(const Buffer& y, const Buffer& full, Number number) const
    {
        std::vector<float> rounded = full.values();
        for (float& value : rounded)
            value = stored(value, number);
        EXPECT_EQ(y.values(), rounded);
    }

    /// size: of the values, where eps shall count; bare: no statistics of the mean are kept, Layer has no parameters.
    void expectChannelNorm(const ChannelNormShape& shape, Number number, Past past = Past::Nowhere,
                           bool zero_vector = false, float size = 1, bool bare = false)
    {
        const std::int64_t d = shape.channels;
        const std::int64_t positions = shape.batch * shape.length;
        auto x = randomStored(d * positions, 1);
        for (float& value : x)
            value *= size;
        for (std::int64_t c = 0; zero_vector && c < d; ++c)
            x[static_cast<std::size_t>(c * shape.length + 3)] = 0;
        const auto g = randomStored(d * positions, 2, number);
        const bool scale = shape.kind == ChannelNorm::Scale;
        const bool layer = shape.kind == ChannelNorm::Layer;
        const bool gated = shape.kind == ChannelNorm::GatedRms;
        const bool weighted = shape.kind != ChannelNorm::SimpleRms && !(bare && layer);
        const auto weight = randomStored(scale ? 1 : d, 3);
        const auto bias = randomStored(d, 4);
        const auto gate = randomStored(d, 5);
        const auto wide_x = widened(x);
        const auto wide_g = widened(g);
        const auto wide_weight = widened(weight);
        const auto wide_bias = widened(bias);
        const auto wide_gate = widened(gate);
        auto y = zeros(d * positions);
        auto dx = y;
        auto mean = zeros(positions);
        auto inverse = zeros(positions);
        auto dweight = zeros(scale ? 1 : d);
        auto dbias = zeros(d);
        auto dgate = zeros(d);
        const ChannelNormParameters<const double> p{weighted ? wide_weight.data() : nullptr,
                                                    layer && !bare ? wide_bias.data() : nullptr,
                                                    gated ? wide_gate.data() : nullptr};
        Gradient into = gradient(past, d * positions);
        const auto wide_add = into.wide();
        kernels::channelNormForward(shape, p, wide_x.data(), y.data(), mean.data(), inverse.data());
        kernels::channelNormBackward<double, double>(
            shape, p, wide_x.data(), mean.data(), inverse.data(), wide_g.data(),
            past == Past::Nowhere ? nullptr : wide_add.data(), dx.data(),
            {weighted ? dweight.data() : nullptr, layer && !bare ? dbias.data() : nullptr,
             gated ? dgate.data() : nullptr});

        const Buffer x_in = in(x);
        const Buffer g_in = in(g, number);
        const Buffer weight_in = in(weight);
        const Buffer bias_in = in(bias);
        const Buffer gate_in = in(gate);
        Buffer y_out = out(d * positions, number);
        Buffer full = out(d * positions);
        Buffer mean_out = out(positions);
        Buffer inverse_out = out(positions);
        Buffer dweight_out = out(scale ? 1 : d);
        Buffer dbias_out = out(d);
        Buffer dgate_out = out(d);
        const ChannelNormParameters<const float> parameters{weighted ? weight_in.floats() : nullptr,
                                                            layer && !bare ? bias_in.floats() : nullptr,
                                                            gated ? gate_in.floats() : nullptr};
        const ChannelNormParameters<float> gradients{weighted ? dweight_out.floats() : nullptr,
                                                     layer && !bare ? dbias_out.floats() : nullptr,
                                                     gated ? dgate_out.floats() : nullptr};
        const auto forward = [&](Number as, const Buffer& to) {
            return layers().channelNormForward(context(), &shape, &parameters, as, x_in.floats(), to.data(),
                                               bare && !layer ? nullptr : mean_out.floats(), inverse_out.floats());
        };
        everyOrder({&y_out, &mean_out, &inverse_out}, [&] { return forward(number, y_out); });
        expectDone(forward(Number::Float32, full));
        expectRounded(y_out, full, number);
        Buffer& dx_out = into.dx;
        everyOrder({&dx_out, &dweight_out, &dbias_out, &dgate_out}, [&] {
            return into.fill() + layers().channelNormBackward(context(), &shape, &parameters, number, x_in.floats(),
                                                              mean_out.floats(), inverse_out.floats(), g_in.data(),
                                                              into.add(), dx_out.floats(), &gradients);
        });
        const std::string what = "kind " + std::to_string(static_cast<int>(shape.kind)) + " channels " +
                                 std::to_string(d) + " length " + std::to_string(shape.length);
        const double exact = 2e-5; // float statistics
        EXPECT_LE(worstError(y_out.values(), y), std::max(tolerance(number), exact)) << what;
        // What cancels in dx (all of it, with one channel) is as large as the inverse.
        const double largest = *std::max_element(inverse.begin(), inverse.end());
        EXPECT_LE(worstError(dx_out.values(), dx), size == 1 ? exact * std::max(1.0, largest) : exact) << what;
        EXPECT_LE(worstError(inverse_out.values(), inverse), exact) << what;
        if (weighted) {
            EXPECT_LE(worstError(dweight_out.values(), dweight), exact) << what;
        }
        if (layer && !bare) {
            EXPECT_LE(worstError(dbias_out.values(), dbias), exact) << what;
        }
        if (gated) {
            EXPECT_LE(worstError(dgate_out.values(), dgate), exact) << what;
        }
    }

    /// What is not aligned.
    enum Shifted { kAdd = 1, kX = 2, kG = 4, kY = 8 };
    void expectRowNorms(const RowNormShape& shape, Number number, Past past = Past::Nowhere, int shifted = 0)
    {
        const std::int64_t rows = shape.batch * shape.channels;
        const std::int64_t count = rows * shape.length;
        auto x = randomStored(count, 1);
        for (float& value : x)
            value += 3.0F; // a mean that would cancel
        const auto g = randomStored(count, 2, number);
        const auto weight = randomStored(shape.channels, 3);
        const auto bias = randomStored(shape.channels, 4);
        const auto wide_x = widened(x);
        const auto wide_g = widened(g);
        const auto wide_w = widened(weight);
        const auto wide_b = widened(bias);
        auto y = zeros(count);
        auto dx = y;
        auto fixed_y = y;
        auto fixed_dx = y;
        auto row_y = y;
        auto row_dx = y;
        auto rms_y = y;
        auto rms_dx = y;
        auto mean = zeros(shape.channels);
        auto inverse = mean;
        auto variance = mean;
        auto dweight = mean;
        auto dbias = mean;
        auto row_mean = zeros(rows);
        auto row_inverse = row_mean;
        auto rms_inverse = row_mean;
        Gradient into = gradient(past, count, (shifted & kAdd) != 0 ? 1 : 0);
        const auto wide_add = into.wide();
        const double* add = past == Past::Nowhere ? nullptr : wide_add.data();
        kernels::batchNormForward<double>(shape, wide_w.data(), wide_b.data(), 1e-5, wide_x.data(), y.data(),
                                          mean.data(), inverse.data(), variance.data());
        kernels::batchNormApply<double>(shape, wide_w.data(), wide_b.data(), mean.data(), inverse.data(), wide_x.data(),
                                        fixed_y.data());
        kernels::batchNormBackward<double>(shape, wide_w.data(), mean.data(), inverse.data(), true, wide_x.data(),
                                           wide_g.data(), add, fixed_dx.data(), dweight.data(), dbias.data());
        kernels::batchNormBackward<double>(shape, wide_w.data(), mean.data(), inverse.data(), false, wide_x.data(),
                                           wide_g.data(), add, dx.data(), dweight.data(), dbias.data());
        kernels::instanceNormForward<double>(shape, 1e-5, wide_x.data(), row_y.data(), row_mean.data(),
                                             row_inverse.data());
        kernels::instanceNormBackward<double>(shape, row_mean.data(), row_inverse.data(), wide_x.data(), wide_g.data(),
                                              add, row_dx.data());
        kernels::rowRmsForward<double>(shape, 1e-2, wide_x.data(), rms_y.data(), rms_inverse.data());
        kernels::rowRmsBackward<double>(shape, 1e-2, rms_inverse.data(), wide_x.data(), wide_g.data(), add,
                                        rms_dx.data());

        const Buffer x_in = in(x, Number::Float32, (shifted & kX) != 0 ? 1 : 0);
        const Buffer g_in = in(g, number, (shifted & kG) != 0 ? 1 : 0);
        const Buffer w = in(weight);
        const Buffer b = in(bias);
        Buffer m = out(shape.channels);
        Buffer inv = out(shape.channels);
        Buffer var = out(shape.channels);
        Buffer dw = out(shape.channels);
        Buffer db = out(shape.channels);
        Buffer row_m = out(rows);
        Buffer row_inv = out(rows);
        Buffer to = out(count, number, (shifted & kY) != 0 ? 1 : 0);
        Buffer full = out(count);
        Buffer& back = into.dx;
        const double exact = 2e-5; // float statistics
        const LayerTable& t = layers();
        const auto expect = [&](const std::vector<double>& forward, const std::vector<double>& backward,
                                const char* what) {
            EXPECT_LE(worstError(to.values(), forward), std::max(tolerance(number), exact))
                << what << " length " << shape.length;
            EXPECT_LE(worstError(back.values(), backward), exact) << what << " length " << shape.length;
        };
        const auto batch_forward = [&](Number as, const Buffer& y_out) {
            return t.batchNormForward(context(), &shape, as, w.floats(), b.floats(), 1e-5F, x_in.floats(), y_out.data(),
                                      m.floats(), inv.floats(), var.floats());
        };
        const auto batch_backward = [&](int fixed) {
            return into.fill() + t.batchNormBackward(context(), &shape, number, w.floats(), m.floats(), inv.floats(),
                                                     fixed, x_in.floats(), g_in.data(), into.add(), back.floats(),
                                                     dw.floats(), db.floats());
        };
        everyOrder({&to, &back, &m, &inv, &var, &dw, &db},
                   [&] { return batch_forward(number, to) + batch_backward(0); });
        expectDone(batch_forward(Number::Float32, full));
        expectRounded(to, full, number);
        expect(y, dx, "batch");
        EXPECT_LE(worstError(var.values(), variance), 2e-6);
        EXPECT_LE(worstError(dw.values(), dweight), 2e-5);
        EXPECT_LE(worstError(db.values(), dbias), 2e-5);
        everyOrder({&to, &back}, [&] {
            return t.batchNormApply(context(), &shape, number, w.floats(), b.floats(), m.floats(), inv.floats(),
                                    x_in.floats(), to.data()) +
                   batch_backward(1);
        });
        expect(fixed_y, fixed_dx, "given statistics");
        everyOrder({&to, &back, &row_m, &row_inv}, [&] {
            return into.fill() +
                   t.instanceNormForward(context(), &shape, number, 1e-5F, x_in.floats(), to.data(), row_m.floats(),
                                         row_inv.floats()) +
                   t.instanceNormBackward(context(), &shape, number, row_m.floats(), row_inv.floats(), x_in.floats(),
                                          g_in.data(), into.add(), back.floats());
        });
        if (shape.length > 1) {
            expect(row_y, row_dx, "instance");
        } else { // a value alone is its own mean
            EXPECT_EQ(to.values(), std::vector<float>(static_cast<std::size_t>(count)));
        }
        everyOrder({&to, &back, &row_inv}, [&] {
            return into.fill() +
                   t.rowRmsForward(context(), &shape, number, 1e-2F, x_in.floats(), to.data(), row_inv.floats()) +
                   t.rowRmsBackward(context(), &shape, number, 1e-2F, row_inv.floats(), x_in.floats(), g_in.data(),
                                    into.add(), back.floats());
        });
        expect(rms_y, rms_dx, "row rms");
    }
};

TEST_F(GpuNorm, ChannelNormsAgreeWithTheCpu)
{
    for (const ChannelNorm kind :
         {ChannelNorm::SimpleRms, ChannelNorm::Rms, ChannelNorm::GatedRms, ChannelNorm::Scale, ChannelNorm::Layer}) {
        for (const std::int64_t channels : {1, 5, 8, 33, 128})
            for (const std::int64_t length : {1, 31, 32, 33, 100})
                if (kThorough || (channels == 33 && length == 33))
                    expectChannelNorm({2, channels, length, kind}, Number::Float32);
        for (const Past past : kPasts)
            for (const Number number : kNumbers)
                expectChannelNorm({2, 12, 45, kind}, number, past);
        if (kThorough) {
            expectChannelNorm({1, 3, 5001, kind}, Number::BFloat16, Past::Beside);
            expectChannelNorm({1, 2, 16384, kind}, Number::Float32);
        }
        expectChannelNorm({2, 9, 33, kind}, Number::Float32, Past::Nowhere, false, 1, true);
        if (kind != ChannelNorm::Layer && kind != ChannelNorm::Scale) // as small as eps
            expectChannelNorm({2, 9, 33, kind}, Number::Float32, Past::Nowhere, false, 1e-8F);
        // Its gradient is as large as 1 / eps, and nothing else beside it is seen.
        expectChannelNorm({1, 6, 10, kind}, Number::Float32, Past::Nowhere, true);
    }
}

TEST_F(GpuNorm, RowNormsAgreeWithTheCpu)
{
    for (const std::int64_t length : {1, 2, 31, 64, 257, 1024, 1030, 3000})
        if (kThorough || length == 257) {
            expectRowNorms({3, 2, length}, Number::Float32);
            expectRowNorms({1, 1, length + 1}, Number::Float32);
        }
    for (const Past past : kPasts)
        for (const Number number : kNumbers)
            for (const std::int64_t length : {33, 64})
                expectRowNorms({3, 5, length}, number, past);
    expectRowNorms({2, 3, 1028}, Number::BFloat16, Past::Beside);
    for (const int shifted : {kAdd, kX, kG, kY})
        for (const Number number : {Number::Float32, Number::BFloat16})
            expectRowNorms({2, 3, 64}, number, Past::Beside, shifted);
    if (kThorough)
        expectRowNorms({1, 2, 16384}, Number::Float32);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
