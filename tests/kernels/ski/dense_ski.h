// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/ski/plan.h"
#include "kernels/ski/ski.h"
#include "tests/kernels/support.h"

namespace toeplab::kernels::testing
{

/// W of a plan as a matrix.
template <typename T>
Dense planMatrix(const InterpolationPlan<T>& plan)
{
    Dense w(plan.length(), plan.rank());
    for (const InterpolationCell& cell : plan.cells())
        for (std::int64_t i = 0; i < cell.rows; ++i) {
            const T upper = plan.upper()[cell.row + i];
            const T lower = plan.lower() != nullptr ? plan.lower()[cell.row + i] : T(1) - upper;
            w.at(cell.row + i, cell.column) = static_cast<double>(lower);
            w.at(cell.row + i, cell.column + 1) = static_cast<double>(upper);
        }
    return w;
}

struct SkiExpected {
    std::vector<double> y;
    std::vector<double> dx;
    std::vector<double> dkernel;
    std::vector<double> dlags;
};

/// A[m, l] = lags[m - l + r - 1]
inline Dense inducingMatrix(const double* lags, std::int64_t r)
{
    Dense a(r, r);
    for (std::int64_t m = 0; m < r; ++m)
        for (std::int64_t l = 0; l < r; ++l)
            a.at(m, l) = lags[m - l + r - 1];
    return a;
}

/// Everything from the explicit matrices B, W and A, in double.
inline SkiExpected denseSki(const SkiShape& shape, const Dense& w, const std::vector<double>& kernel,
                            const std::vector<double>& lags, const std::vector<double>& x, const std::vector<double>& g)
{
    const std::int64_t n = shape.length;
    const std::int64_t r = shape.rank;
    const Dense wt = w.transposed();
    SkiExpected expected{std::vector<double>(x.size()), std::vector<double>(x.size()),
                         std::vector<double>(kernel.size()), std::vector<double>(lags.size())};
    const auto addRow = [&](std::vector<double>& to, std::int64_t row, const std::vector<double>& values) {
        for (std::int64_t i = 0; i < n; ++i)
            to[static_cast<std::size_t>(row * n + i)] += values[static_cast<std::size_t>(i)];
    };
    for (std::int64_t c = 0; c < shape.channels; ++c) {
        const Dense band = bandMatrix(kernel.data() + c * shape.taps, shape.taps, n);
        const Dense a = inducingMatrix(lags.data() + c * shape.lags(), r);
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t row = b * shape.channels + c;
            const auto x_row = part(x, row, n);
            const auto g_row = part(g, row, n);
            const auto z = wt.times(x_row);
            const auto zg = wt.times(g_row);
            addRow(expected.y, row, band.times(x_row));
            addRow(expected.y, row, w.times(a.times(z)));
            addRow(expected.dx, row, band.transposed().times(g_row));
            addRow(expected.dx, row, w.times(a.transposed().times(zg)));
            for (std::int64_t m = 0; m < r; ++m)
                for (std::int64_t l = 0; l < r; ++l)
                    expected.dlags[static_cast<std::size_t>(c * shape.lags() + m - l + r - 1)] +=
                        zg[static_cast<std::size_t>(m)] * z[static_cast<std::size_t>(l)];
            for (std::int64_t m = 0; m < shape.taps; ++m)
                for (std::int64_t i = 0; i < n; ++i) {
                    const std::int64_t j = i + m - shape.taps / 2;
                    if (j >= 0 && j < n)
                        expected.dkernel[static_cast<std::size_t>(c * shape.taps + m)] +=
                            g_row[static_cast<std::size_t>(i)] * x_row[static_cast<std::size_t>(j)];
                }
        }
    }
    return expected;
}

} // namespace toeplab::kernels::testing
