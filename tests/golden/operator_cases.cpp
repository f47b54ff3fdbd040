// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fd/fd.h"
#include "core/operators/operator.h"
#include "core/operators/rpe/rpe.h"
#include "tests/golden/golden_check.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/view_as_real.h>

#include <gtest/gtest.h>

namespace toeplab::tests
{
namespace
{

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

/// Options that operators of all sources share.
core::MixerSettings settingsOf(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    core::MixerSettings m;
    m.heads = c.value("h", std::int64_t{1});
    m.causal = c.value("causal", false);
    m.gamma = c.value("gamma", 0.999);
    m.decay = "none";
    if (c.value("use_decay", false))
        m.decay = "fixed";
    if (c.value("use_multi_decay", false))
        m.decay = "learned";
    m.par_type = c.value("par_type", std::int64_t{1});
    m.kernel_act = c.value("act_type", std::string("none"));
    m.normalize = c.value("normalize", false);
    m.rpe = "mlp";
    m.rpe_layers = c.value("layers", std::int64_t{3});
    m.rpe_width = c.value("rpe_dim", std::int64_t{4});
    m.rpe_act = c.value("act", std::string("relu"));
    m.rpe_norm = c.value("norm_type", std::string("simplermsnorm"));
    m.rpe_residual = c.value("residual", false);
    m.rpe_bias = c.value("bias", true);
    return m;
}

core::OperatorRequest requestOf(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    core::OperatorRequest request;
    request.channels = c.value("h", std::int64_t{1}) * c.at("dim").get<std::int64_t>();
    request.length = c.contains("n") ? c.at("n").get<std::int64_t>() : c.at("seq_len").get<std::int64_t>();
    request.mixer = settingsOf(golden);
    core::MixerSettings& m = request.mixer;
    if (contains(golden.source, "dynamic_toeplitz")) {
        m.kind = "tno";
        m.rpe = "dpb";
        m.rpe_width = c.at("dpb_dim").get<std::int64_t>();
        if (c.value("use_pad", false))
            m.max_lag = c.at("max_l").get<std::int64_t>();
    } else if (contains(golden.source, "tno_fd")) {
        m.kind = "fd";
        if (contains(golden.source, "norpe")) {
            m.fd_response = "table";
            m.fd_points = c.at("num_freqs").get<std::int64_t>();
        }
    } else if (contains(golden.source, "skitno") || contains(golden.source, "make_ski")) {
        m.kind = "ski";
        m.mode = contains(golden.source, "make_ski_paper") ? "exact" : "released";
        m.rank = c.at("r").get<std::int64_t>();
        m.band = c.at("nk_effective").get<std::int64_t>();
        m.warp = m.gamma;
        m.ski_kernel = golden.has("params/alphas") ? "warp" : "rpe";
    }
    return request;
}

/// An operator as a case has it, also where the product refuses it (a rank above the length).
std::unique_ptr<core::ToeplitzOperator> makeUnchecked(const core::OperatorRequest& request, core::Initializer& initial)
{
    for (const core::OperatorKind& kind : core::operatorKinds())
        if (kind.name == request.mixer.kind)
            return kind.make(request, initial);
    throw std::runtime_error("there is no operator " + request.mixer.kind);
}

/// (b, h, n, d), (b, h, H, W, d) along one axis, or (b, n, h d) -> (rows, h d, n), and how to come back.
struct Layout {
    at::Tensor rows;
    std::vector<std::int64_t> order; ///< of the permutation to (..., h, d, n)
    std::vector<std::int64_t> sizes; ///< after it
};

Layout toRows(const at::Tensor& x, std::int64_t along)
{
    Layout out;
    if (x.dim() == 3)
        out.order = {0, 2, 1};
    else if (x.dim() == 4)
        out.order = {0, 1, 3, 2};
    else
        out.order = along == -2 ? std::vector<std::int64_t>{0, 2, 1, 4, 3} : std::vector<std::int64_t>{0, 3, 1, 4, 2};
    const at::Tensor moved = x.permute(out.order);
    out.sizes = moved.sizes().vec();
    const std::int64_t n = moved.size(-1);
    const std::int64_t rows = x.dim() == 5 ? moved.size(0) * moved.size(1) : moved.size(0);
    out.rows = moved.reshape({rows, -1, n});
    return out;
}

at::Tensor fromRows(const Layout& layout, const at::Tensor& rows)
{
    std::vector<std::int64_t> back(layout.order.size());
    for (std::size_t i = 0; i < back.size(); ++i)
        back[static_cast<std::size_t>(layout.order[i])] = static_cast<std::int64_t>(i);
    return rows.view(layout.sizes).permute(back);
}

/// The circulant layout (h, 2n, d) = [k0..k(n-1), k0, k(-(n-1))..k(-1)], or causal (h, n+1, d), from lags -(n-1)..n-1.
at::Tensor circulant(const at::Tensor& kernel, std::int64_t heads, std::int64_t slots)
{
    const std::int64_t n = (kernel.size(1) + 1) / 2;
    const at::Tensor zero = kernel.narrow(1, n - 1, 1);
    at::Tensor flat = slots == 1 ? zero : at::cat({kernel.narrow(1, n - 1, n), zero}, 1); // FD at n = 1 stores k0 once
    if (slots == 2 * n && n > 0)
        flat = at::cat({flat, kernel.narrow(1, 0, n - 1)}, 1);
    return flat.view({heads, kernel.size(0) / heads, -1}).permute({0, 2, 1});
}

} // namespace

void runPositionNetwork(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    core::Initializer initial(1, golden.dtype);
    const auto rpe =
        core::makeRpe({"mlp", c.at("dim").get<std::int64_t>(), c.at("outdim").get<std::int64_t>(),
                       c.at("layers").get<std::int64_t>(), c.at("act").get<std::string>(),
                       c.at("norm_type").get<std::string>(), c.at("residual").get<bool>(), c.at("bias").get<bool>()},
                      initial);
    load(golden, rpe->parameters(), rpe->buffers());
    const at::Tensor x = inputLeaf(golden);
    const at::Tensor y = (*rpe)(x.view({1, 1, -1})).squeeze(0).t();
    expectOutput(golden, y);
    // Without biases the position 0 gives a zero vector, where the norm has no derivative.
    const bool smooth = c.at("bias").get<bool>();
    expectGradients(golden, y, rpe->parameters(),
                    smooth ? std::vector<NamedInput>{{"grad/input", x}} : std::vector<NamedInput>{});
}

void runOperator(const GoldenCase& golden)
{
    const core::OperatorRequest request = requestOf(golden);
    core::Initializer initial(1, golden.dtype);
    const auto toeplitz = makeUnchecked(request, initial);
    load(golden, toeplitz->parameters(), toeplitz->buffers(), {"inducing"});
    const at::Tensor x = inputLeaf(golden);
    const Layout layout = toRows(x, golden.config.value("along_dim", std::int64_t{-2}));
    const at::Tensor y = fromRows(layout, core::apply(*toeplitz, layout.rows));
    expectOutput(golden, y);
    for (const char* path : {"kernel", "kernel/time_lags"}) {
        if (!golden.has(path) || golden.names(path).size() > 1 || !golden.names(path + std::string("/x")).empty())
            continue;
        if (std::string(path) == "kernel" && !golden.names("kernel").empty())
            continue; // a group
        const at::Tensor expected = golden.tensor(path);
        expectOutput(golden, circulant(toeplitz->kernel(request.length), request.mixer.heads, expected.size(1)), path);
    }
    expectGradients(golden, y, toeplitz->parameters(), {{"grad/input", x}});
}

void runHilbert(const GoldenCase& golden)
{
    const at::Tensor x = inputLeaf(golden);
    const at::Tensor spectrum = core::causalSpectrum(x.squeeze(0).t());
    const at::Tensor y = at::view_as_real(spectrum).permute({2, 1, 0});
    expectOutput(golden, y);
    expectGradients(golden, y, {}, {{"grad/input", x}});
}

} // namespace toeplab::tests
