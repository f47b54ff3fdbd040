// SPDX-License-Identifier: Apache-2.0
#include "core/config/choices.h"
#include "core/config/field_builder.h"

namespace toeplab::core::detail
{

void addMixerFields(std::vector<Field>& fields)
{
    using S = MixerSettings;
    const auto mixer = &Experiment::mixer;
    const auto kind = [](const std::string& name) {
        return [name](const Experiment& e) { return e.mixer.kind == name; };
    };
    const auto ski = kind("ski"), fd = kind("fd");
    const auto tno = [](const Experiment& e) { return e.mixer.kind == "tno" || e.mixer.kind == "direct"; };
    const auto fd_network = [=](const Experiment& e) { return fd(e) && e.mixer.fd_response == "rpe"; };
    const auto ski_network = [=](const Experiment& e) { return ski(e) && e.mixer.ski_kernel == "rpe"; };
    const auto network = [=](const Experiment& e) { return tno(e) || fd_network(e) || ski_network(e); };
    const auto mlp = [=](const Experiment& e) {
        return fd_network(e) || ski_network(e) || (tno(e) && e.mixer.rpe == "mlp");
    };

    fields.push_back(
        field("mixer.kind", mixer, &S::kind, "Operator",
              "T of y = W(u ∘ T v). tno: the kernel is a network of the lag; ski: a band plus interpolation between "
              "inducing lags; fd: a network of the frequency; direct: tno's kernel, term by term.")
            .oneOf(kMixerKinds));
    fields.push_back(field("mixer.mode", mixer, &S::mode, "Mode",
                           "exact is the mathematics as the papers intend it, released what the published code "
                           "computes, oddities included.")
                         .oneOf(kModes));
    fields.push_back(field("mixer.causal", mixer, &S::causal, "Causal",
                           "Whether a position sees only itself and earlier ones: t_k = 0 for lags k < 0."));
    fields.push_back(field("mixer.heads", mixer, &S::heads, "Heads",
                           "Groups of channels; the expanded width is rounded down to a multiple of it.")
                         .between(1, 1024));
    fields.push_back(field("mixer.expand_ratio", mixer, &S::expand_ratio, "Expansion",
                           "Channels of the operator, as a multiple of the model's width: floor(ratio · width).")
                         .above(0, 16));
    fields.push_back(
        field("mixer.act", mixer, &S::act, "Activation", "Applied to the projections u and v.").oneOf(kActivations));
    fields.push_back(field("mixer.use_norm", mixer, &S::use_norm, "Norm after the gate",
                           "Whether u ∘ T v is normalised before the last projection."));
    fields.push_back(
        field("mixer.norm", mixer, &S::norm, "Which norm", "The norm of u ∘ T v, over the channels of a position.")
            .oneOf(kPositionNorms)
            .when([](const Experiment& e) { return e.mixer.use_norm; }));
    fields.push_back(
        field("mixer.token_shift", mixer, &S::token_shift, "Token shift",
              "0 off, 1 the mixer sees x shifted right by one position, 2 the mean of x and the shifted x.")
            .between(0, 2));
    fields.push_back(field("mixer.rpe", mixer, &S::rpe, "Position network",
                           "What turns a lag into the kernel's values: dpb is LRA's fixed three-layer network, mlp has "
                           "a depth and norm of choice.")
                         .oneOf(kPositionNetworks)
                         .when(tno));
    fields.push_back(field("mixer.rpe_layers", mixer, &S::rpe_layers, "Network layers",
                           "Hidden layers of the position network; with 0 an input and an output projection remain.")
                         .in("layers")
                         .between(0, 32)
                         .when(mlp));
    fields.push_back(
        field("mixer.rpe_width", mixer, &S::rpe_width, "Network width", "Hidden width of the position network.")
            .in("channels")
            .between(1, 8192)
            .when(network));
    fields.push_back(field("mixer.rpe_act", mixer, &S::rpe_act, "Network activation",
                           "Activation in the position network; it decides how smooth the kernel is.")
                         .oneOf(kActivations)
                         .when(mlp));
    fields.push_back(field("mixer.rpe_norm", mixer, &S::rpe_norm, "Network norm",
                           "Norm before each activation of the position network.")
                         .oneOf(kPositionNorms)
                         .when(mlp));
    fields.push_back(field("mixer.rpe_residual", mixer, &S::rpe_residual, "Network shortcuts",
                           "Whether each hidden layer of the position network adds to its input.")
                         .when(network));
    fields.push_back(field("mixer.rpe_bias", mixer, &S::rpe_bias, "Network biases",
                           "Whether the position network's layers have biases.")
                         .when(mlp));
    fields.push_back(
        field("mixer.par_type", mixer, &S::par_type, "Positions",
              "What the position network sees of lag t: 1 is t, 2 is t/(n-1), 3 is exp(t/(n-1)) (causal only).")
            .between(1, 3)
            .when(tno));
    fields.push_back(
        field(
            "mixer.decay", mixer, &S::decay, "Decay",
            "Factor on the kernel at lag t ≠ 0: none, fixed γ^|t|, or learned with γ = λ + (1-λ)σ(g) for each channel.")
            .oneOf(kDecays)
            .when(tno));
    fields.push_back(field("mixer.gamma", mixer, &S::gamma, "γ",
                           "Base of the fixed decay γ^|t|, the λ of the learned one, or the warp of ski in released "
                           "mode; 1 is no decay.")
                         .above(0, 1)
                         .when([=](const Experiment& e) {
                             return (tno(e) && e.mixer.decay != "none") || (ski(e) && e.mixer.mode == "released");
                         }));
    fields.push_back(field("mixer.max_lag", mixer, &S::max_lag, "Lags below",
                           "Kernel values at lags |t| of this size and more are zero; 0 sets no limit, LRA's sequence "
                           "tasks use 1,024.")
                         .in("positions")
                         .between(0, 65536)
                         .when(tno));
    fields.push_back(
        field("mixer.kernel_act", mixer, &S::kernel_act, "Kernel activation", "Applied to the kernel after the decay.")
            .oneOf(kActivations)
            .when(tno));
    fields.push_back(field("mixer.normalize", mixer, &S::normalize, "Divide by row sums",
                           "Whether the output is T x / T 1, each row divided by the sum of its weights.")
                         .when(tno));
    fields.push_back(field("mixer.algorithm", mixer, &S::algorithm, "Product",
                           "How the product with a kernel is computed: fft by transforms, direct term by term, auto "
                           "the faster of these; "
                           "blocks, slower, keeps causal kernels causal to the last bit at any length.")
                         .oneOf(kAlgorithms)
                         .when([=](const Experiment& e) { return e.mixer.kind != "direct"; }));
    fields.push_back(field("mixer.rank", mixer, &S::rank, "Rank",
                           "Inducing points r of the low-rank part W A Wᵀ; they lie (n-1)/(r-1) positions apart.")
                         .in("points")
                         .between(2, 65536)
                         .when(ski));
    fields.push_back(field("mixer.band", mixer, &S::band, "Band",
                           "Taps of the sparse part, an odd number: it covers lags up to (band-1)/2 exactly.")
                         .in("taps")
                         .between(1, 65535)
                         .when(ski));
    fields.push_back(
        field("mixer.warp", mixer, &S::warp, "Warp",
              "Base of the time warp u(t) = sign(t) · warp^|t| in exact mode; 0 chooses it so that warp^(n-1) = 0.1.")
            .between(0, 1)
            .when([=](const Experiment& e) { return ski(e) && e.mixer.mode == "exact"; }));
    fields.push_back(field("mixer.ski_kernel", mixer, &S::ski_kernel, "Kernel of ski",
                           "Where the low-rank part takes its kernel from: warp is a learned function of the warped "
                           "lag, rpe a position network.")
                         .oneOf(kSkiKernels)
                         .when(ski));
    fields.push_back(field("mixer.fd_response", mixer, &S::fd_response, "Response of fd",
                           "rpe: a network answers to each frequency; table: learned values, interpolated.")
                         .oneOf(kFdResponses)
                         .when(fd));
    fields.push_back(field("mixer.fd_input", mixer, &S::fd_input, "Input of fd",
                           "What the network sees of frequency ω in [0, π]: omega itself, as released, or cos ω, with "
                           "which a smooth network gives a fast decaying kernel.")
                         .oneOf(kFdInputs)
                         .when(fd_network));
    fields.push_back(field("mixer.fd_points", mixer, &S::fd_points, "Frequencies of fd",
                           "Learned values of the response table, evenly spaced.")
                         .in("points")
                         .between(1, 65536)
                         .when([=](const Experiment& e) { return fd(e) && e.mixer.fd_response == "table"; }));
    const auto two_axes = [](const Experiment& e) { return e.mixer.axes == 2; };
    fields.push_back(field("mixer.axes", mixer, &S::axes, "Axes",
                           "1 mixes along the sequence, 2 along the rows and columns of an image.")
                         .between(1, kMostAxes)
                         .when([](const Experiment& e) { return isImageTask(e.task.name); }));
    fields.push_back(field("mixer.two_axis_type", mixer, &S::two_axis_type, "Two axes",
                           "4 applies one axis after the other, in both orders, and sums; 6 sums the two axes.")
                         .between(4, 6)
                         .when(two_axes));
}

} // namespace toeplab::core::detail
