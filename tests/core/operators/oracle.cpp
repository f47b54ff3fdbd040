// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/oracle.h"

#include "tests/core/operators/oracle_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace toeplab::core::testing
{
namespace
{

using std::int64_t;

std::size_t index(int64_t i)
{
    return static_cast<std::size_t>(i);
}

/// entry(c, i, j)
at::Tensor matrixOf(int64_t channels, int64_t n, const std::function<double(int64_t, int64_t, int64_t)>& entry)
{
    at::Tensor matrix = at::zeros({channels, n, n}, at::kDouble);
    auto out = matrix.accessor<double, 3>();
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < n; ++i)
            for (int64_t j = 0; j < n; ++j)
                out[c][i][j] = entry(c, i, j);
    return matrix;
}

/// k(t), a value a channel, at every lag -(n-1) .. n-1, then as a matrix.
at::Tensor fromKernel(int64_t channels, int64_t n, const std::function<Values(int64_t)>& kernel)
{
    std::vector<Values> lags;
    for (int64_t t = 1 - n; t < n; ++t)
        lags.push_back(kernel(t));
    return matrixOf(channels, n, [&](int64_t c, int64_t i, int64_t j) { return lags[index(i - j + n - 1)][index(c)]; });
}

at::Tensor tnoMatrix(const MixerSettings& m, const Parameters& p, int64_t channels, int64_t n)
{
    const double last = static_cast<double>(std::max<int64_t>(n - 1, 1));
    const auto kernel = [&](int64_t t) {
        Values k(index(channels));
        if ((m.causal && t < 0) || (m.max_lag > 0 && std::abs(t) >= m.max_lag))
            return k;
        const auto lag = static_cast<double>(t);
        const double position = m.par_type == 1 ? lag : (m.par_type == 2 ? lag / last : std::exp(lag / last));
        k = network(p, m, m.rpe == "dpb", position);
        for (int64_t c = 0; c < channels; ++c) {
            double rate = 1;
            if (m.decay == "fixed")
                rate = m.gamma;
            else if (m.decay == "learned")
                rate = m.gamma + (1 - m.gamma) * activated("sigmoid", p["gamma"][index(c)]);
            k[index(c)] = activated(m.kernel_act, k[index(c)] * std::pow(rate, std::abs(lag)));
        }
        return k;
    };
    const at::Tensor matrix = fromKernel(channels, n, kernel);
    return m.normalize ? matrix / matrix.sum(2, true) : matrix;
}

/// Response at bin k of the learned table: DC apart, the others interpolated with the cells' centres aligned.
double tableValue(const Parameters& p, const char* name, int64_t row, int64_t bin, int64_t bins)
{
    const int64_t points = p.columns(name);
    const double at = std::max(
        0.0, (static_cast<double>(bin - 1) + 0.5) * static_cast<double>(points) / static_cast<double>(bins - 1) - 0.5);
    const auto below = std::min(static_cast<int64_t>(at), points - 1);
    const int64_t above = std::min(below + 1, points - 1);
    const double part = at - static_cast<double>(below);
    return (1 - part) * p[name][index(row * points + below)] + part * p[name][index(row * points + above)];
}

at::Tensor fdMatrix(const MixerSettings& m, const Parameters& p, int64_t channels, int64_t n)
{
    int64_t length = 1;
    while (length < 2 * n)
        length *= 2;
    const int64_t bins = length / 2 + 1;
    const int64_t d = channels / m.heads;
    const auto step = 2 * std::numbers::pi / static_cast<double>(length);
    std::vector<Values> real(index(bins), Values(index(channels)));
    std::vector<Values> imaginary = real;
    for (int64_t k = 0; k < bins; ++k) {
        const double omega = step * static_cast<double>(k);
        const bool end = k == 0 || k == bins - 1;
        const bool cosine = m.fd_input == "cos";
        const Values answer =
            m.fd_response == "table" ? Values() : network(p, m, false, cosine ? std::cos(omega) : omega);
        for (int64_t c = 0; c < channels; ++c) {
            double& re = real[index(k)][index(c)];
            double& im = imaginary[index(k)][index(c)];
            if (m.fd_response == "table") {
                re = k == 0 ? p["dc"][index(c % d)] : tableValue(p, m.causal ? "coeffs" : "coeffs_re", c % d, k, bins);
                if (!m.causal && !end)
                    im = tableValue(p, "coeffs_im", c % d, k, bins);
            } else if (m.causal) {
                re = answer[index(c)];
            } else {
                const int64_t head = c / d;
                re = answer[index(head * 2 * d + c % d)];
                if (!end)
                    im = answer[index(head * 2 * d + d + c % d)] * (cosine ? std::sin(omega) : 1);
            }
        }
    }
    return fromKernel(channels, n, [&](int64_t t) {
        Values sum(index(channels));
        if (m.causal && t < 0)
            return sum;
        for (int64_t k = 0; k < bins; ++k) {
            const double weight = k == 0 || k == bins - 1 ? 1 : 2; // the conjugate half
            const double angle = step * static_cast<double>(k * t % length);
            for (int64_t c = 0; c < channels; ++c)
                sum[index(c)] +=
                    weight / static_cast<double>(length) *
                    (real[index(k)][index(c)] * std::cos(angle) - imaginary[index(k)][index(c)] * std::sin(angle));
        }
        for (double& value : sum)
            value *= m.causal && t > 0 ? 2 : 1;
        return sum;
    });
}

/// f(sign(t) gamma^|t|), f piecewise linear over [betas | 0 | alphas].
double warpValue(const Parameters& p, bool causal, int64_t rank, double gamma, int64_t c, double t)
{
    const double u = std::pow(gamma, std::abs(t)) * static_cast<double>(rank); // in nodes from 0
    const auto below = std::min(static_cast<int64_t>(u), rank - 1);
    const double part = u - static_cast<double>(below);
    const auto node = [&](int64_t m) {
        if (m == 0 || (t < 0 && causal))
            return 0.0;
        return t < 0 ? p["betas"][index(c * rank + rank - m)] : p["alphas"][index(c * rank + m - 1)];
    };
    return (1 - part) * node(below) + part * node(below + 1);
}

at::Tensor skiMatrix(const MixerSettings& m, const Parameters& p, int64_t channels, int64_t n)
{
    const double gamma = p["gamma"][0];
    const bool warped = m.ski_kernel == "warp";
    const double last = static_cast<double>(std::max<int64_t>(n - 1, 1));
    const double h = static_cast<double>(n - 1) / static_cast<double>(m.rank - 1);
    const auto kernel = [&](int64_t c, double t) {
        if (warped)
            return warpValue(p, m.causal, m.rank, gamma, c, t);
        const double position = m.mode == "released" && m.causal ? t : t / last;
        const double k = network(p, m, false, position)[index(c)];
        return m.causal ? k : activated(m.kernel_act, k);
    };
    const Values& taps = p["conv_kernel"];
    const int64_t count = p.columns("conv_kernel");
    const at::Tensor w = oracleInterpolation(m, gamma, n);
    const auto weight = w.accessor<double, 2>();
    if (m.causal) {
        MixerSettings exact = m;
        exact.mode = "exact"; // the released fallback interpolates correctly
        const at::Tensor lags = oracleInterpolation(exact, gamma, n);
        const auto at = lags.accessor<double, 2>();
        return fromKernel(channels, n, [&](int64_t t) {
            Values sum(index(channels));
            for (int64_t c = 0; t >= 0 && c < channels; ++c) {
                for (int64_t q = 0; q < m.rank; ++q)
                    if (at[t][q] != 0)
                        sum[index(c)] += at[t][q] * kernel(c, static_cast<double>(q) * h);
                if (!warped)
                    sum[index(c)] = activated(m.kernel_act, sum[index(c)]) * std::pow(gamma, static_cast<double>(t));
                if (t < count)
                    sum[index(c)] += taps[index(c * count + t)];
            }
            return sum;
        });
    }
    std::vector<Values> lags(index(channels), Values(index(2 * m.rank - 1)));
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t l = 1 - m.rank; l < m.rank; ++l)
            lags[index(c)][index(l + m.rank - 1)] = kernel(c, static_cast<double>(l) * h);
    return matrixOf(channels, n, [&](int64_t c, int64_t i, int64_t j) {
        const int64_t tap = j - i + count / 2;
        double sum = tap >= 0 && tap < count ? taps[index(c * count + tap)] : 0;
        for (int64_t q = 0; q < m.rank; ++q)
            for (int64_t l = 0; weight[i][q] != 0 && l < m.rank; ++l)
                sum += weight[i][q] * lags[index(c)][index(q - l + m.rank - 1)] * weight[j][l];
        return sum;
    });
}

} // namespace

at::Tensor oracleInterpolation(const MixerSettings& m, double gamma, int64_t n)
{
    at::Tensor matrix = at::zeros({n, m.rank}, at::kDouble);
    auto w = matrix.accessor<double, 2>();
    const auto cells = static_cast<double>(m.rank - 1);
    const auto last = static_cast<double>(n - 1);
    for (int64_t i = 0; i < n; ++i) {
        if (m.mode == "released" && !m.causal) {
            const double position = static_cast<double>(i) * static_cast<double>(n) / last;
            const auto inducing = [&](int64_t q) { return static_cast<double>(q) * last / cells; };
            int64_t q = 0;
            while (q < m.rank && inducing(q) < position)
                ++q;
            q = std::min(q, m.rank - 2);
            const double from = m.ski_kernel == "warp" ? inducing(q) : static_cast<double>(q) / cells;
            const double part = (position - from) * cells / last;
            const double falloff = std::pow(gamma, static_cast<double>(n) * position);
            w[i][q] = falloff * part;
            w[i][q + 1] = falloff * (1 - part);
        } else {
            const int64_t q = n == 1 ? 0 : std::min(i * (m.rank - 1) / (n - 1), m.rank - 2);
            const double part = n == 1 ? 0 : static_cast<double>(i) * cells / last - static_cast<double>(q);
            w[i][q] = 1 - part;
            w[i][q + 1] = part;
        }
    }
    return matrix;
}

at::Tensor toeplitzMatrix(const at::Tensor& kernel)
{
    const int64_t n = (kernel.size(1) + 1) / 2;
    const at::Tensor i = at::arange(n, at::kLong);
    const at::Tensor lag = i.unsqueeze(1) - i.unsqueeze(0) + (n - 1);
    return kernel.index_select(1, lag.flatten()).view({kernel.size(0), n, n});
}

at::Tensor oracleMatrix(const MixerSettings& mixer, const ToeplitzOperator& toeplitz, int64_t n)
{
    const Parameters parameters(toeplitz);
    if (mixer.kind == "ski")
        return skiMatrix(mixer, parameters, toeplitz.channels(), n);
    if (mixer.kind == "fd")
        return fdMatrix(mixer, parameters, toeplitz.channels(), n);
    return tnoMatrix(mixer, parameters, toeplitz.channels(), n);
}

} // namespace toeplab::core::testing
