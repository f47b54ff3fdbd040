// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/isfinite.h>

#include <limits>
#include <stdexcept>

namespace toeplab::core::testing
{
namespace
{

using M = MixerSettings;

std::vector<Variant> tnoVariants()
{
    return {
        {"tno_dpb", [](M&) {}},
        {"tno_dpb_residual", [](M& m) { m.rpe_residual = true; }},
        {"tno_causal", [](M& m) { m.causal = true; }},
        {"tno_mlp", [](M& m) { m.rpe = "mlp"; }},
        {"tno_mlp_deep_residual_silu_layernorm",
         [](M& m) {
             m.rpe = "mlp";
             m.rpe_layers = 4;
             m.rpe_residual = true;
             m.rpe_act = "silu";
             m.rpe_norm = "layernorm";
         }},
        {"tno_mlp_no_layer_gelu_gatedrmsnorm",
         [](M& m) {
             m.rpe = "mlp";
             m.rpe_layers = 0;
             m.rpe_act = "gelu";
             m.rpe_norm = "gatedrmsnorm";
         }},
        {"tno_mlp_sine_scalenorm",
         [](M& m) {
             m.rpe = "mlp";
             m.rpe_act = "sine";
             m.rpe_norm = "scalenorm";
         }},
        {"tno_no_decay", [](M& m) { m.decay = "none"; }},
        {"tno_learned_decay",
         [](M& m) {
             m.decay = "learned";
             m.heads = 2;
         }},
        {"tno_par2", [](M& m) { m.par_type = 2; }},
        {"tno_par3_causal",
         [](M& m) {
             m.par_type = 3;
             m.causal = true;
         }},
        {"tno_truncated", [](M& m) { m.max_lag = 4; }},
        {"tno_truncated_causal",
         [](M& m) {
             m.max_lag = 3;
             m.causal = true;
         }},
        {"tno_silu_kernel_two_heads",
         [](M& m) {
             m.kernel_act = "silu";
             m.heads = 2;
         }},
        {"tno_normalized",
         [](M& m) {
             m.kernel_act = "sigmoid"; // positive: no row sums to nothing
             m.normalize = true;
         }},
        {"direct", [](M& m) { m.kind = "direct"; }},
        {"direct_causal",
         [](M& m) {
             m.kind = "direct";
             m.rpe = "mlp";
             m.causal = true;
         }},
    };
}

std::vector<Variant> fdVariants()
{
    std::vector<Variant> out;
    for (const bool causal : {false, true})
        for (const char* input : {"omega", "cos", "table"}) {
            const std::string name = std::string("fd_") + input + (causal ? "_causal" : "");
            out.push_back({name, [=](M& m) {
                               m.kind = "fd";
                               m.causal = causal;
                               m.heads = 2;
                               m.fd_points = 5;
                               if (input == std::string("table"))
                                   m.fd_response = "table";
                               else
                                   m.fd_input = input;
                               m.rpe_act = input == std::string("cos") ? "silu" : "relu";
                           }});
        }
    return out;
}

std::vector<Variant> skiVariants()
{
    std::vector<Variant> out;
    for (const char* mode : {"exact", "released"})
        for (const char* kernel : {"warp", "rpe"})
            for (const bool causal : {false, true}) {
                const std::string name = std::string("ski_") + mode + "_" + kernel + (causal ? "_causal" : "");
                out.push_back({name, [=](M& m) {
                                   m.kind = "ski";
                                   m.mode = mode;
                                   m.ski_kernel = kernel;
                                   m.causal = causal;
                                   m.rank = 3;
                                   m.band = 5;
                                   m.kernel_act = kernel == std::string("rpe") ? "silu" : "none";
                               }});
            }
    out.push_back({"ski_exact_warp_wide_band", [](M& m) {
                       m.kind = "ski";
                       m.rank = 3;
                       m.band = 259; // above 255 a product of its own
                   }});
    return out;
}

} // namespace

MixerSettings Variant::settings() const
{
    MixerSettings mixer;
    mixer.rpe_width = 5;
    mixer.gamma = 0.9;
    change(mixer);
    return mixer;
}

const std::vector<Variant>& variants()
{
    static const std::vector<Variant> kAll = [] {
        std::vector<Variant> all = tnoVariants();
        for (const auto& list : {fdVariants(), skiVariants()})
            all.insert(all.end(), list.begin(), list.end());
        return all;
    }();
    return kAll;
}

Variant variant(const std::string& name)
{
    for (const Variant& one : variants())
        if (one.name == name)
            return one;
    throw std::invalid_argument("there is no variant " + name);
}

std::int64_t shortestLength(const MixerSettings& mixer)
{
    return mixer.kind == "ski" ? mixer.rank : 1;
}

std::unique_ptr<ToeplitzOperator> makeDouble(const OperatorRequest& request, std::uint64_t seed)
{
    Initializer initial(seed, at::kDouble);
    auto made = makeOperator(request, initial);
    if (!made)
        throw std::runtime_error(made.error().message);
    const at::NoGradGuard no_graph;
    for (const NamedTensor& p : (*made)->parameters())
        p.value.add_(initial.normal(p.value.sizes(), 0.1));
    return std::move(*made);
}

std::unique_ptr<ToeplitzOperator> makeDouble(const MixerSettings& mixer, std::int64_t channels, std::int64_t n,
                                             std::uint64_t seed)
{
    OperatorRequest request;
    request.mixer = mixer;
    request.channels = channels;
    request.length = n;
    return makeDouble(request, seed);
}

double worst(const at::Tensor& a, const at::Tensor& b)
{
    if (a.sizes() != b.sizes() || !at::isfinite(a).all().item<bool>())
        return std::numeric_limits<double>::infinity();
    if (a.numel() == 0)
        return 0;
    return (a - b).abs().max().item<double>() / std::max(1.0, b.abs().max().item<double>());
}

at::Tensor times(const at::Tensor& matrix, const at::Tensor& x)
{
    return at::einsum("cij,bcj->bci", {matrix, x});
}

at::Tensor normal(at::IntArrayRef shape, std::uint64_t seed)
{
    return Initializer(seed, at::kDouble).normal(shape);
}

} // namespace toeplab::core::testing
