// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/oracle_network.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace toeplab::core::testing
{
namespace
{

Values linear(const Parameters& p, const std::string& prefix, const Values& x)
{
    const Values& weight = p[prefix + ".weight"];
    Values y = p.has(prefix + ".bias") ? p[prefix + ".bias"] : Values(weight.size() / x.size());
    for (std::size_t o = 0; o < y.size(); ++o)
        for (std::size_t i = 0; i < x.size(); ++i)
            y[o] += weight[o * x.size() + i] * x[i];
    return y;
}

double meanOf(const Values& x, double power)
{
    double sum = 0;
    for (const double v : x)
        sum += std::pow(v, power);
    return sum / static_cast<double>(x.size());
}

Values normed(const Parameters& p, const std::string& norm, const std::string& prefix, Values x)
{
    const Values raw = x;
    const double mean = meanOf(x, 1);
    const double square = meanOf(x, 2);
    const bool rms = norm == "simplermsnorm" || norm == "rmsnorm" || norm == "gatedrmsnorm";
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (rms)
            x[i] = raw[i] / (std::sqrt(square) + 1e-8);
        if (norm == "rmsnorm" || norm == "gatedrmsnorm")
            x[i] *= p[prefix + ".scale"][i];
        if (norm == "gatedrmsnorm")
            x[i] *= activated("sigmoid", p[prefix + ".gate"][i] * raw[i]);
        if (norm == "scalenorm")
            x[i] = p[prefix + ".scala"][0] * raw[i] / std::sqrt(square + 1e-5);
        if (norm == "layernorm")
            x[i] = (raw[i] - mean) / std::sqrt(square - mean * mean + 1e-5) * p[prefix + ".weight"][i] +
                   p[prefix + ".bias"][i];
    }
    return x;
}

Values allActivated(const std::string& act, Values x)
{
    for (double& v : x)
        v = activated(act, v);
    return x;
}

Values sum(Values a, const Values& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] += b[i];
    return a;
}

} // namespace

Parameters::Parameters(const ToeplitzOperator& toeplitz)
{
    for (const auto& list : {toeplitz.parameters(), toeplitz.buffers()})
        for (const NamedTensor& one : list) {
            const at::Tensor flat = one.value.detach().to(at::kDouble).contiguous();
            values_[one.name].assign(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
            columns_[one.name] = flat.dim() == 0 ? 1 : flat.size(-1);
        }
}

double activated(const std::string& act, double x)
{
    if (act == "none")
        return x;
    if (act == "relu")
        return std::max(x, 0.0);
    if (act == "sigmoid")
        return 1 / (1 + std::exp(-x));
    if (act == "silu")
        return x / (1 + std::exp(-x));
    if (act == "gelu")
        return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    if (act == "sine")
        return std::sin(x);
    if (act == "elu")
        return x > 0 ? x : std::expm1(x);
    throw std::invalid_argument("the oracle does not know the activation " + act);
}

Values network(const Parameters& p, const MixerSettings& mixer, bool dpb, double position)
{
    const std::string root = dpb ? "dpb." : "rpe.";
    Values x = linear(p, root + "pos_proj", {position});
    if (dpb) {
        for (const char* layer : {"pos1.1", "pos2.1"}) {
            const Values rectified = allActivated("relu", x);
            x = linear(p, root + layer, rectified);
            if (mixer.rpe_residual)
                x = sum(x, rectified); // the published ReLU works in place
        }
        return linear(p, root + "pos3.2", allActivated("relu", normed(p, "layernorm", root + "pos3.0", x)));
    }
    const auto stage = [&](const std::string& name, const Values& in) {
        return linear(p, name + ".2", allActivated(mixer.rpe_act, normed(p, mixer.rpe_norm, name + ".0", in)));
    };
    for (std::int64_t l = 0; l < mixer.rpe_layers; ++l) {
        const Values y = stage(root + "layers." + std::to_string(l), x);
        x = mixer.rpe_residual ? sum(y, x) : y;
    }
    return stage(root + "out", x);
}

} // namespace toeplab::core::testing
