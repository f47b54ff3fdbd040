// SPDX-License-Identifier: Apache-2.0
#include "kernels/norm/channel_norm.h"
#include "kernels/norm/row_norm.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

// Norms against their equations in plain loops over doubles, gradients against central differences of these.

namespace toeplab::kernels
{
namespace
{

using namespace testing;

enum class Kind { SimpleRms, Rms, GatedRms, Scale, Layer, Batch, BatchGiven, Instance, RowRms };

constexpr double kRowEpsilon = 1e-2; ///< of the norms along rows

struct Shape {
    std::int64_t batch, channels, length;

    [[nodiscard]] std::int64_t count() const { return batch * channels * length; }
    [[nodiscard]] std::size_t at(std::int64_t b, std::int64_t c, std::int64_t i) const
    {
        return static_cast<std::size_t>((b * channels + c) * length + i);
    }
};

bool overChannels(Kind kind)
{
    return kind <= Kind::Layer;
}
bool overBatch(Kind kind)
{
    return kind == Kind::Batch || kind == Kind::BatchGiven;
}

/// Parameters of any norm; given statistics stand in `mean` and `inverse`.
template <typename T>
struct Parameters {
    std::vector<T> weight, bias, gate, mean, inverse;

    template <typename U>
    [[nodiscard]] Parameters<U> as() const
    {
        const auto cast = [](const std::vector<T>& v) { return std::vector<U>(v.begin(), v.end()); };
        return {cast(weight), cast(bias), cast(gate), cast(mean), cast(inverse)};
    }
};

Parameters<double> parametersOf(Kind kind, std::int64_t channels)
{
    const auto draw = [&](std::uint32_t seed) { return randomValues<double>(channels, seed); };
    Parameters<double> p{draw(11), draw(12), draw(13), draw(14), draw(15)};
    if (kind == Kind::Scale)
        p.weight.resize(1);
    for (double& inverse : p.inverse)
        inverse = 0.5 + std::abs(inverse);
    return p;
}

/// The set over which statistics of (b, c, i) are taken.
bool together(Kind kind, std::int64_t b, std::int64_t c, std::int64_t i, std::int64_t b2, std::int64_t c2,
              std::int64_t i2)
{
    return overChannels(kind) ? b == b2 && i == i2 : c == c2 && (overBatch(kind) || b == b2);
}

std::vector<double> equation(Kind kind, const Shape& s, const Parameters<double>& p, const std::vector<double>& x)
{
    std::vector<double> y(x.size());
    const bool centred = kind == Kind::Layer || kind == Kind::Batch || kind == Kind::Instance;
    const auto over = [&](const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& body) {
        for (std::int64_t b = 0; b < s.batch; ++b)
            for (std::int64_t c = 0; c < s.channels; ++c)
                for (std::int64_t i = 0; i < s.length; ++i)
                    body(b, c, i);
    };
    over([&](std::int64_t b, std::int64_t c, std::int64_t i) {
        const auto at = static_cast<std::size_t>(c);
        double sum = 0;
        double count = 0;
        over([&](std::int64_t b2, std::int64_t c2, std::int64_t i2) {
            if (together(kind, b, c, i, b2, c2, i2)) {
                sum += x[s.at(b2, c2, i2)];
                ++count;
            }
        });
        const double mean = centred ? sum / count : 0;
        double squares = 0;
        over([&](std::int64_t b2, std::int64_t c2, std::int64_t i2) {
            if (together(kind, b, c, i, b2, c2, i2))
                squares += std::pow(x[s.at(b2, c2, i2)] - mean, 2);
        });
        const double value = x[s.at(b, c, i)];
        const double apart = value - mean;
        double& to = y[s.at(b, c, i)];
        switch (kind) {
        case Kind::SimpleRms:
            to = value / (std::sqrt(squares / count) + 1e-8);
            break;
        case Kind::Rms:
            to = p.weight[at] * value / (std::sqrt(squares / count) + 1e-8);
            break;
        case Kind::GatedRms:
            to = p.weight[at] * value / (std::sqrt(squares / count) + 1e-8) / (1 + std::exp(-p.gate[at] * value));
            break;
        case Kind::Scale:
            to = p.weight[0] * value / std::sqrt(squares / count + 1e-5);
            break;
        case Kind::Layer:
            to = p.weight[at] * apart / std::sqrt(squares / count + 1e-5) + p.bias[at];
            break;
        case Kind::Batch:
            to = p.weight[at] * apart / std::sqrt(squares / count + kRowEpsilon) + p.bias[at];
            break;
        case Kind::BatchGiven:
            to = p.weight[at] * (value - p.mean[at]) * p.inverse[at] + p.bias[at];
            break;
        case Kind::Instance:
            to = apart / std::sqrt(squares / count + kRowEpsilon);
            break;
        case Kind::RowRms:
            to = value / (std::sqrt(squares / static_cast<double>(s.channels)) + kRowEpsilon);
            break;
        }
    });
    return y;
}

template <typename S, typename T>
struct Result {
    std::vector<S> y;
    std::vector<T> dx, dweight, dbias, dgate;
};

/// Forward and backward; add: the gradient past the norm, empty for none, `in_place`: it lies in dx.
template <typename S, typename T>
Result<S, T> run(Kind kind, const Shape& s, const Parameters<T>& p, const std::vector<T>& x, const std::vector<S>& g,
                 const std::vector<T>& add, bool in_place = false)
{
    Result<S, T> r{std::vector<S>(x.size()), in_place ? add : std::vector<T>(x.size()), std::vector<T>(p.weight.size()),
                   std::vector<T>(p.bias.size()), std::vector<T>(p.gate.size())};
    const T* past = add.empty() ? nullptr : in_place ? r.dx.data() : add.data();
    std::vector<T> mean(x.size());
    std::vector<T> inverse(x.size());
    std::vector<T> variance(x.size());
    const auto epsilon = static_cast<T>(kRowEpsilon);
    const RowNormShape rows{s.batch, s.channels, s.length};
    if (overChannels(kind)) {
        const ChannelNormShape shape{s.batch, s.channels, s.length, static_cast<ChannelNorm>(kind)};
        const bool weighted = kind != Kind::SimpleRms;
        const bool layer = kind == Kind::Layer;
        const bool gated = kind == Kind::GatedRms;
        const ChannelNormParameters<const T> given{weighted ? p.weight.data() : nullptr,
                                                   layer ? p.bias.data() : nullptr, gated ? p.gate.data() : nullptr};
        channelNormForward(shape, given, x.data(), r.y.data(), mean.data(), inverse.data());
        channelNormBackward(shape, given, x.data(), mean.data(), inverse.data(), g.data(), past, r.dx.data(),
                            {weighted ? r.dweight.data() : nullptr, layer ? r.dbias.data() : nullptr,
                             gated ? r.dgate.data() : nullptr});
    } else if (overBatch(kind)) {
        if (kind == Kind::BatchGiven) {
            mean = p.mean;
            inverse = p.inverse;
            batchNormApply(rows, p.weight.data(), p.bias.data(), mean.data(), inverse.data(), x.data(), r.y.data());
        } else {
            batchNormForward(rows, p.weight.data(), p.bias.data(), epsilon, x.data(), r.y.data(), mean.data(),
                             inverse.data(), variance.data());
        }
        batchNormBackward(rows, p.weight.data(), mean.data(), inverse.data(), kind == Kind::BatchGiven, x.data(),
                          g.data(), past, r.dx.data(), r.dweight.data(), r.dbias.data());
    } else if (kind == Kind::Instance) {
        instanceNormForward(rows, epsilon, x.data(), r.y.data(), mean.data(), inverse.data());
        instanceNormBackward(rows, mean.data(), inverse.data(), x.data(), g.data(), past, r.dx.data());
    } else {
        rowRmsForward(rows, epsilon, x.data(), r.y.data(), inverse.data());
        rowRmsBackward(rows, epsilon, inverse.data(), x.data(), g.data(), past, r.dx.data());
    }
    return r;
}

class Norm : public ::testing::TestWithParam<Kind>
{
};

TEST_P(Norm, ComputesItsEquationAndItsDerivative)
{
    for (const Shape& s : {Shape{2, 3, 5}, Shape{1, 4, 7}, Shape{3, 2, 1}, Shape{2, 1, 3}}) {
        const Kind kind = GetParam();
        auto p = parametersOf(kind, s.channels);
        auto x = randomValues<double>(s.count(), 1);
        const auto g = randomValues<double>(s.count(), 2);
        const auto add = randomValues<double>(s.count(), 3);
        const auto r = run(kind, s, p, x, g, add);
        EXPECT_LE(worstError(r.y, equation(kind, s, p, x)), 1e-12);
        const auto slope = [&](double& at) {
            const double step = 1e-6;
            const double before = at;
            at = before + step;
            const double above = dot(g, equation(kind, s, p, x));
            at = before - step;
            const double below = dot(g, equation(kind, s, p, x));
            at = before;
            return (above - below) / (2 * step);
        };
        const auto expectSlopes = [&](const std::vector<double>& d, std::vector<double>& of,
                                      const std::vector<double>& past) {
            std::vector<double> expected(of.size());
            for (std::size_t i = 0; i < of.size(); ++i)
                expected[i] = slope(of[i]) + (past.empty() ? 0 : past[i]);
            EXPECT_LE(worstError(d, expected), 1e-6) << s.batch << ' ' << s.channels << ' ' << s.length;
        };
        // What a single value is normed to has no slope that differences see.
        if (s.channels > 1 || !overChannels(kind))
            expectSlopes(r.dx, x, add);
        expectSlopes(r.dweight, p.weight, {});
        expectSlopes(r.dbias, p.bias, {});
        expectSlopes(r.dgate, p.gate, {});
    }
}

TEST_P(Norm, AddsWhatComesPastIt)
{
    for (const std::int64_t length : {1, 7, 64, 65, 200}) {
        const Shape s{2, 5, length};
        const auto p = parametersOf(GetParam(), s.channels);
        const auto x = randomValues<double>(s.count(), 1);
        const auto g = randomValues<double>(s.count(), 2);
        const auto add = randomValues<double>(s.count(), 3);
        auto alone = run(GetParam(), s, p, x, g, {}).dx;
        for (std::size_t i = 0; i < alone.size(); ++i)
            alone[i] += add[i];
        const auto beside = run(GetParam(), s, p, x, g, add);
        EXPECT_LE(worstError(beside.dx, alone), 1e-12);
        EXPECT_EQ(run(GetParam(), s, p, x, g, add, true).dx, beside.dx);
    }
}

TEST_P(Norm, RoundsItsValuesOnceAndReadsRoundedGradients)
{
    for (const std::int64_t length : {1, 7, 64, 65, 200}) {
        const Shape s{2, 5, length};
        const auto wide_p = parametersOf(GetParam(), s.channels);
        const auto p = wide_p.as<float>();
        const auto x = randomValues<float>(s.count(), 1);
        const auto add = randomValues<float>(s.count(), 3);
        std::vector<BFloat16> g16;
        std::vector<float> g;
        for (const float value : randomValues<float>(s.count(), 2)) {
            g16.push_back(host::toBFloat16(value));
            g.push_back(host::toFloat(g16.back()));
        }
        const auto full = run(GetParam(), s, p, x, g, add);
        const auto half = run(GetParam(), s, p, x, g16, add);
        const auto exact = run(GetParam(), s, p.as<double>(), widened(x), widened(g), widened(add));
        for (std::size_t i = 0; i < full.y.size(); ++i)
            EXPECT_EQ(half.y[i].bits, host::toBFloat16(full.y[i]).bits) << full.y[i] << " at " << i;
        // What is summed from rounded gradients is not rounded.
        for (const auto& [d, of] : {std::pair(&full.y, &exact.y), std::pair(&full.dx, &exact.dx),
                                    std::pair(&half.dx, &exact.dx), std::pair(&half.dweight, &exact.dweight),
                                    std::pair(&half.dbias, &exact.dbias), std::pair(&half.dgate, &exact.dgate)})
            EXPECT_LE(worstError(*d, *of), 3e-5) << "length " << length;
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Norm,
                         ::testing::Values(Kind::SimpleRms, Kind::Rms, Kind::GatedRms, Kind::Scale, Kind::Layer,
                                           Kind::Batch, Kind::BatchGiven, Kind::Instance, Kind::RowRms));

TEST(Norm, KeepsWhatIsNoNumber)
{
    const std::vector<float> x{std::nanf(""), 1, 2};
    std::vector<BFloat16> y(3);
    std::vector<float> inverse(3);
    channelNormForward<BFloat16, float>({1, 1, 3, ChannelNorm::SimpleRms}, {}, x.data(), y.data(), nullptr,
                                        inverse.data());
    EXPECT_TRUE(std::isnan(host::toFloat(y[0])));
    EXPECT_EQ(host::toFloat(y[1]), 1);
}

} // namespace
} // namespace toeplab::kernels
