// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

/// T[i, a] = lags[i - a + n - 1], or the identity.
Dense toeplitz(const float* lags, std::int64_t n)
{
    Dense matrix(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t a = 0; a < n; ++a)
            matrix.at(i, a) = lags != nullptr ? static_cast<double>(lags[i - a + n - 1]) : i == a ? 1.0 : 0.0;
    return matrix;
}

Dense product(const Dense& a, const Dense& b)
{
    Dense result(a.rows, b.columns);
    for (std::int64_t i = 0; i < a.rows; ++i)
        for (std::int64_t k = 0; k < a.columns; ++k)
            for (std::int64_t j = 0; j < b.columns; ++j)
                result.at(i, j) += a.at(i, k) * b.at(k, j);
    return result;
}

class GpuPlane : public GpuTest
{
protected:
    void expectPlane(const PlaneShape& shape, Number number, bool along_h, bool along_w)
    {
        const std::int64_t h = shape.height;
        const std::int64_t w = shape.width;
        const std::int64_t planes = shape.batch * shape.channels;
        const auto lags_h = randomStored(shape.channels * (2 * h - 1), 1);
        const auto lags_w = randomStored(shape.channels * (2 * w - 1), 2);
        const auto x = randomStored(planes * h * w, 3, number);
        const auto g = randomStored(planes * h * w, 4, number);
        std::vector<double> y(x.size());
        std::vector<double> dx(x.size());
        std::vector<double> dh(lags_h.size());
        std::vector<double> dw(lags_w.size());
        for (std::int64_t p = 0; p < planes; ++p) {
            const std::int64_t c = p % shape.channels;
            const Dense t_h = toeplitz(along_h ? lags_h.data() + c * (2 * h - 1) : nullptr, h);
            const Dense t_w = toeplitz(along_w ? lags_w.data() + c * (2 * w - 1) : nullptr, w);
            Dense plane(h, w);
            Dense gradient(h, w);
            for (std::int64_t i = 0; i < h * w; ++i) {
                plane.values[static_cast<std::size_t>(i)] =
                    static_cast<double>(x[static_cast<std::size_t>(p * h * w + i)]);
                gradient.values[static_cast<std::size_t>(i)] =
                    static_cast<double>(g[static_cast<std::size_t>(p * h * w + i)]);
            }
            const Dense out = product(product(t_h, plane), t_w.transposed());
            const Dense back = product(product(t_h.transposed(), gradient), t_w);
            std::copy(out.values.begin(), out.values.end(), y.begin() + p * h * w);
            std::copy(back.values.begin(), back.values.end(), dx.begin() + p * h * w);
            // dT_h = G (X T_w^T)^T and dT_w = (T_h^T G)^T X, summed along diagonals.
            const Dense d_h = product(gradient, product(plane, t_w.transposed()).transposed());
            const Dense d_w = product(product(t_h.transposed(), gradient).transposed(), plane);
            for (std::int64_t i = 0; i < h; ++i)
                for (std::int64_t a = 0; a < h; ++a)
                    dh[static_cast<std::size_t>(c * (2 * h - 1) + i - a + h - 1)] += d_h.at(i, a);
            for (std::int64_t j = 0; j < w; ++j)
                for (std::int64_t b = 0; b < w; ++b)
                    dw[static_cast<std::size_t>(c * (2 * w - 1) + j - b + w - 1)] += d_w.at(j, b);
        }
        const Buffer lh = in(lags_h);
        const Buffer lw = in(lags_w);
        const Buffer x_in = in(x, number);
        const Buffer g_in = in(g, number);
        Buffer y_out = out(planes * h * w, number);
        Buffer dx_out = out(planes * h * w, number);
        Buffer dh_out = out(static_cast<std::int64_t>(dh.size()));
        Buffer dw_out = out(static_cast<std::int64_t>(dw.size()));
        everyOrder({&y_out, &dx_out, &dh_out, &dw_out}, [&] {
            return table().planeForward(context(), &shape, number, along_h ? lh.floats() : nullptr,
                                        along_w ? lw.floats() : nullptr, x_in.data(), y_out.data()) +
                   table().planeBackward(context(), &shape, number, along_h ? lh.floats() : nullptr,
                                         along_w ? lw.floats() : nullptr, x_in.data(), g_in.data(), dx_out.data(),
                                         along_h ? dh_out.floats() : nullptr, along_w ? dw_out.floats() : nullptr);
        });
        const std::string what = std::to_string(h) + " x " + std::to_string(w);
        EXPECT_LE(worstError(y_out.values(), y), tolerance(number)) << what;
        EXPECT_LE(worstError(dx_out.values(), dx), tolerance(number)) << what;
        if (along_h) {
            EXPECT_LE(worstError(dh_out.values(), dh), tolerance(Number::Float32)) << what;
        }
        if (along_w) {
            EXPECT_LE(worstError(dw_out.values(), dw), tolerance(Number::Float32)) << what;
        }
    }
};

TEST_F(GpuPlane, AgreesWithExplicitMatrices)
{
    for (const std::int64_t h : {1, 2, 5, 31, 32, 33})
        for (const std::int64_t w : {1, 3, 4, 32, 37})
            if (kThorough || (h == 5 && w == 3))
                expectPlane({2, 3, h, w}, Number::Float32, true, true);
    if (kThorough)
        expectPlane({1, 1, 128, 128}, Number::Float32, true, true);
}

TEST_F(GpuPlane, EitherAxisMayBeLeftAlone)
{
    expectPlane({2, 2, 9, 14}, Number::Float32, true, false);
    expectPlane({2, 2, 9, 14}, Number::Float32, false, true);
    expectPlane({2, 2, 9, 14}, Number::Float32, false, false);
}

TEST_F(GpuPlane, HoldsHalfPrecisionValuesAndSumsInFloat)
{
    for (const Number number : {Number::Half, Number::BFloat16})
        expectPlane({2, 2, 16, 17}, number, true, true);
}

TEST_F(GpuPlane, PlanesThatDoNotFitAreRefusedInWords)
{
    const PlaneShape shape{1, 1, 300, 300};
    EXPECT_EQ(table().planeForward(context(), &shape, Number::Float32, nullptr, nullptr, nullptr, nullptr), 1);
    EXPECT_NE(std::string(table().message()).find("plane fits"), std::string::npos);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
