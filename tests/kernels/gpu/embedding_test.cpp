// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/warp_gpu.h"
#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

std::vector<double> zeros(std::int64_t count)
{
    return std::vector<double>(static_cast<std::size_t>(count));
}

class GpuEnds : public GpuTest
{
protected:
    [[nodiscard]] const LayerTable& layers() const { return table().layers; }

    void expectTokens(const EmbeddingShape& shape, const Dropout& dropout, Number number, bool positioned)
    {
        const std::int64_t count = shape.batch * shape.width * shape.length;
        std::vector<std::int64_t> tokens(static_cast<std::size_t>(shape.batch * shape.length));
        std::mt19937 generator(7);
        for (std::int64_t& token : tokens)
            token = static_cast<std::int64_t>(generator() % static_cast<std::uint32_t>(shape.vocabulary));
        const auto embedding = randomStored(shape.vocabulary * shape.width, 1);
        const auto positions = randomStored(shape.width * shape.position_stride, 2);
        const auto g = randomStored(count, 3, number);
        auto y = zeros(count);
        auto dtable = zeros(shape.vocabulary * shape.width);
        kernels::embedTokens<double>(shape, dropout, tokens.data(), widened(embedding).data(),
                                     positioned ? widened(positions).data() : nullptr, y.data());
        kernels::embedTokensBackward<double>(shape, dropout, tokens.data(), widened(g).data(), dtable.data());
        const auto tokens_in = integers(tokens);
        const Buffer embedding_in = in(embedding);
        const Buffer positions_in = in(positions);
        const Buffer g_in = in(g, number);
        Buffer y_out = out(count, number);
        Buffer dtable_out = out(shape.vocabulary * shape.width);
        everyOrder({&y_out, &dtable_out}, [&] {
            return layers().embedTokens(context(), &shape, &dropout, number, tokens_in.get(), embedding_in.floats(),
                                        positioned ? positions_in.floats() : nullptr, y_out.data()) +
                   layers().embedTokensBackward(context(), &shape, &dropout, number, tokens_in.get(), g_in.data(),
                                                dtable_out.floats());
        });
        EXPECT_LE(worstError(y_out.values(), y), tolerance(number)) << shape.length;
        EXPECT_LE(worstError(dtable_out.values(), dtable), tolerance(Number::Float32)) << shape.length;
    }

    void expectPixels(const EmbeddingShape& shape, const Dropout& dropout, Number number, bool positioned)
    {
        const std::int64_t count = shape.batch * shape.width * shape.length;
        const auto x = randomStored(shape.batch * shape.length, 1);
        const auto weight = randomStored(shape.width, 2);
        const auto bias = randomStored(shape.width, 3);
        const auto positions = randomStored(shape.width * shape.position_stride, 4);
        const auto g = randomStored(count, 5, number);
        auto y = zeros(count);
        auto dweight = zeros(shape.width);
        auto dbias = zeros(shape.width);
        auto dx = zeros(shape.batch * shape.length);
        kernels::embedPixels<double>(shape, dropout, widened(x).data(), widened(weight).data(), widened(bias).data(),
                                     positioned ? widened(positions).data() : nullptr, y.data());
        kernels::embedPixelsBackward<double>(shape, dropout, widened(x).data(), widened(weight).data(),
                                             widened(g).data(), dweight.data(), dbias.data(), dx.data());
        const Buffer x_in = in(x);
        const Buffer w = in(weight);
        const Buffer b = in(bias);
        const Buffer p = in(positions);
        const Buffer g_in = in(g, number);
        Buffer y_out = out(count, number);
        Buffer dw = out(shape.width);
        Buffer db = out(shape.width);
        Buffer dx_out = out(shape.batch * shape.length);
        everyOrder({&y_out, &dw, &db, &dx_out}, [&] {
            return layers().embedPixels(context(), &shape, &dropout, number, x_in.floats(), w.floats(), b.floats(),
                                        positioned ? p.floats() : nullptr, y_out.data()) +
                   layers().embedPixelsBackward(context(), &shape, &dropout, number, x_in.floats(), w.floats(),
                                                g_in.data(), dw.floats(), db.floats(), dx_out.floats()) +
                   layers().embedPixelsBackward(context(), &shape, &dropout, number, x_in.floats(), w.floats(),
                                                g_in.data(), dw.floats(), db.floats(), nullptr);
        });
        EXPECT_LE(worstError(y_out.values(), y), tolerance(number)) << shape.length;
        EXPECT_LE(worstError(dw.values(), dweight), tolerance(Number::Float32)) << shape.length;
        EXPECT_LE(worstError(db.values(), dbias), tolerance(Number::Float32)) << shape.length;
        EXPECT_LE(worstError(dx_out.values(), dx), tolerance(Number::Float32)) << shape.length;
    }
};

TEST_F(GpuEnds, TokensAgreeWithTheCpu)
{
    const Dropout some{0.1, 99};
    for (const Number number : kNumbers)
        for (const std::int64_t length : {1, 31, 257, 1024, 1100})
            if (kThorough || length == 31) {
                expectTokens({2, 3, length, 18, length + 2}, {}, number, true);
                expectTokens({9, 2, length, 300, length}, some, number, false);
            }
}

TEST_F(GpuEnds, TokensOutsideOfTheVocabularyAreSeen)
{
    const EmbeddingShape shape{1, 1, 4, 3, 4};
    const Dropout none;
    const auto tokens = integers({0, 3, -1, 2});
    const Buffer around = in({8, 1, 2, 3, 9}); // the table and its neighbours
    Buffer y = out(4);
    expectDone(layers().embedTokens(context(), &shape, &none, Number::Float32, tokens.get(), around.floats() + 1,
                                    nullptr, y.data()));
    const auto values = y.values();
    EXPECT_EQ(values[0], 1);
    EXPECT_TRUE(std::isnan(values[1]) && std::isnan(values[2]));
    EXPECT_EQ(values[3], 3);
}

TEST_F(GpuEnds, PixelsAgreeWithTheCpu)
{
    const Dropout some{0.1, 99};
    for (const Number number : kNumbers)
        for (const std::int64_t length : {1, 31, 300}) {
            expectPixels({2, 3, length, 0, length + 1}, some, number, true);
            expectPixels({3, 1, length, 0, length}, {}, number, false);
        }
}

TEST_F(GpuEnds, PoolingAgreesWithTheCpu)
{
    for (const Number number : kNumbers)
        for (const Pooling pooling : {Pooling::Mean, Pooling::Last, Pooling::First, Pooling::Sum})
            for (const std::int64_t length : {1, 31, 32, 33, 200})
                for (const bool measured : {false, true}) {
                    const PoolShape shape{3, 3, length, pooling};
                    const std::vector<std::int64_t> valid{length, 1, (length + 1) / 2};
                    const auto x = randomStored(9 * length, 1, number);
                    const auto g = randomStored(9, 2);
                    auto y = zeros(9);
                    auto dx = zeros(9 * length);
                    const std::int64_t* lengths = measured ? valid.data() : nullptr;
                    kernels::pool<double>(pooling, 3, 3, length, lengths, widened(x).data(), y.data());
                    kernels::poolBackward<double>(pooling, 3, 3, length, lengths, widened(g).data(), dx.data());
                    const auto valid_in = integers(valid);
                    const Buffer x_in = in(x, number);
                    const Buffer g_in = in(g);
                    Buffer y_out = out(9);
                    Buffer dx_out = out(9 * length, number);
                    const std::int64_t* lengths_in = measured ? valid_in.get() : nullptr;
                    everyOrder({&y_out, &dx_out}, [&] {
                        return layers().pool(context(), &shape, number, lengths_in, x_in.data(), y_out.floats()) +
                               layers().poolBackward(context(), &shape, number, lengths_in, g_in.floats(),
                                                     dx_out.data());
                    });
                    EXPECT_LE(worstError(y_out.values(), y), tolerance(Number::Float32));
                    EXPECT_LE(worstError(dx_out.values(), dx), tolerance(number));
                }
}

TEST_F(GpuEnds, WarpedKernelsAgreeWithTheCpu)
{
    for (const WarpSides sides : {WarpSides::Both, WarpSides::Causal})
        for (const std::int64_t rank : {2, 3, 8, 33})
            for (const double gamma : {1.0, 0.9, 0.5}) {
                const auto lags = inducingLags(sides, 50, rank);
                const auto plan = WarpPlan<double>::atLags(sides, rank, gamma, lags);
                const bool both = sides == WarpSides::Both;
                const std::int64_t channels = 3;
                const auto alphas = randomStored(channels * rank, 1);
                const auto betas = randomStored(channels * rank, 2);
                const auto g = randomStored(channels * plan.count(), 3);
                auto kernel = zeros(channels * plan.count());
                auto dalphas = zeros(channels * rank);
                auto dbetas = zeros(channels * rank);
                const auto wide_betas = widened(betas);
                plan.forward(channels, widened(alphas).data(), both ? wide_betas.data() : nullptr, kernel.data());
                plan.backward(channels, widened(g).data(), dalphas.data(), both ? dbetas.data() : nullptr);
                const WarpView view = viewOf(plan);
                WarpTable* made = nullptr;
                expectDone(layers().createWarpTable(context(), &view, &made));
                const Buffer a = in(alphas);
                const Buffer b = in(betas);
                const Buffer g_in = in(g);
                Buffer k = out(channels * plan.count());
                Buffer da = out(channels * rank);
                Buffer db = out(channels * rank);
                everyOrder({&k, &da, &db}, [&] {
                    return layers().warpForward(made, channels, a.floats(), both ? b.floats() : nullptr, k.floats()) +
                           layers().warpBackward(made, channels, g_in.floats(), da.floats(),
                                                 both ? db.floats() : nullptr);
                });
                EXPECT_LE(worstError(k.values(), kernel), tolerance(Number::Float32));
                EXPECT_LE(worstError(da.values(), dalphas), tolerance(Number::Float32));
                if (both) {
                    EXPECT_LE(worstError(db.values(), dbetas), tolerance(Number::Float32));
                }
                expectDone(layers().destroyWarpTable(made));
            }
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
