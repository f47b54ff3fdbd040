// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/rpe_reference.h"

#include "kernels/pointwise/activation_math.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

math::Point<double> activated(Activation activation, double x)
{
    math::Point<double> point{};
    math::dispatch(activation, [&](auto which) { point = math::point<decltype(which)::value>(x); });
    return point;
}

} // namespace

Values Reference::forward(double t)
{
    Values x(d());
    for (std::size_t c = 0; c < d(); ++c)
        x[c] = p(at_.weight(), c) * t + (network_.biased ? p(at_.bias(), c) : 0);
    x_.clear();
    a_.clear();
    z_.clear();
    for (int s = 0; s < network_.shape.count; ++s) {
        x_.push_back(x);
        z_.push_back(normed(s, x));
        Values a(d());
        for (std::size_t c = 0; c < d(); ++c)
            a[c] = activated(network_.stage(s).activation, z_[static_cast<std::size_t>(s)][c]).value;
        a_.push_back(a);
        Values y(static_cast<std::size_t>(network_.shape.rows(s)));
        for (std::size_t o = 0; o < y.size(); ++o) {
            y[o] = network_.biased ? p(at_.stageBias(s), o) : 0;
            for (std::size_t c = 0; c < d(); ++c)
                y[o] += p(at_.matrix(s), o * d() + c) * a[c];
            if (network_.stage(s).skip != RpeSkip::None)
                y[o] += network_.stage(s).skip == RpeSkip::Input ? x[o] : a[o];
        }
        x = y;
    }
    return x;
}

void Reference::backward(double t, Values g)
{
    for (int s = network_.shape.count - 1; s >= 0; --s) {
        const Values& a = a_[static_cast<std::size_t>(s)];
        const RpeSkip skip = network_.stage(s).skip;
        Values da(d());
        for (std::size_t o = 0; o < g.size(); ++o) {
            if (network_.biased)
                sum(at_.stageBias(s), o) += g[o];
            for (std::size_t c = 0; c < d(); ++c) {
                da[c] += p(at_.matrix(s), o * d() + c) * g[o];
                sum(at_.matrix(s), o * d() + c) += g[o] * a[c];
            }
        }
        Values dz(d());
        for (std::size_t c = 0; c < d(); ++c)
            dz[c] = (da[c] + (skip == RpeSkip::Activated ? g[c] : 0)) *
                    activated(network_.stage(s).activation, z_[static_cast<std::size_t>(s)][c]).derivative;
        Values dx = normedBackward(s, x_[static_cast<std::size_t>(s)], dz);
        for (std::size_t c = 0; c < d() && skip == RpeSkip::Input; ++c)
            dx[c] += g[c];
        g = dx;
    }
    for (std::size_t c = 0; c < d(); ++c) {
        sum(at_.weight(), c) += g[c] * t;
        if (network_.biased)
            sum(at_.bias(), c) += g[c];
    }
}

Reference::Statistics Reference::statistics(int s, const Values& x) const
{
    Statistics of;
    const auto count = static_cast<double>(d());
    const ChannelNorm norm = network_.stage(s).norm;
    for (std::size_t c = 0; c < d() && norm == ChannelNorm::Layer; ++c)
        of.mean += x[c] / count;
    double square = 0;
    for (const double value : x)
        square += (value - of.mean) * (value - of.mean) / count;
    const double root = std::sqrt(square);
    if (norm == ChannelNorm::Layer || norm == ChannelNorm::Scale) {
        of.inverse = 1 / std::sqrt(square + 1e-5);
        of.slope = -0.5 * of.inverse * of.inverse * of.inverse;
    } else {
        of.inverse = 1 / (root + 1e-8);
        of.slope = root > 0 ? -of.inverse * of.inverse / (2 * root) : 0;
    }
    return of;
}

Values Reference::normed(int s, const Values& x) const
{
    if (!network_.stage(s).normed)
        return x;
    const Statistics of = statistics(s, x);
    Values y(d());
    for (std::size_t c = 0; c < d(); ++c) {
        y[c] = (x[c] - of.mean) * of.inverse * weight(s, c);
        if (network_.hasGate(s))
            y[c] *= math::sigmoid(p(at_.normGate(s), c) * x[c]);
        if (network_.hasNormBias(s))
            y[c] += p(at_.normBias(s), c);
    }
    return y;
}

Values Reference::normedBackward(int s, const Values& x, const Values& g)
{
    if (!network_.stage(s).normed)
        return g;
    const Statistics of = statistics(s, x);
    const auto count = static_cast<double>(d());
    Values dx(d());
    Values of_hat(d());
    for (std::size_t c = 0; c < d(); ++c) {
        const double hat = (x[c] - of.mean) * of.inverse;
        const double q = network_.hasGate(s) ? p(at_.normGate(s), c) : 0;
        const double gate = network_.hasGate(s) ? math::sigmoid(q * x[c]) : 1;
        of_hat[c] = g[c] * gate * weight(s, c);
        const double of_argument = g[c] * hat * weight(s, c) * gate * (1 - gate);
        dx[c] += of_argument * q;
        if (network_.hasGate(s))
            sum(at_.normGate(s), c) += of_argument * x[c];
        if (network_.hasWeight(s))
            sum(at_.normWeight(s), network_.stage(s).norm == ChannelNorm::Scale ? 0 : c) += g[c] * gate * hat;
        if (network_.hasNormBias(s))
            sum(at_.normBias(s), c) += g[c];
    }
    const double centred = network_.stage(s).norm == ChannelNorm::Layer ? 1 / count : 0;
    for (std::size_t c = 0; c < d(); ++c)
        for (std::size_t j = 0; j < d(); ++j)
            dx[j] += of_hat[c] * (of.inverse * ((c == j ? 1 : 0) - centred) +
                                  (x[c] - of.mean) * of.slope * 2 * (x[j] - of.mean) / count);
    return dx;
}

} // namespace toeplab::kernels::gpu::testing
