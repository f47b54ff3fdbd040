// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace toeplab::core
{

/// Everything that decides what a run computes. Plain values; the table in fields.h gives every member its dotted key
/// (`mixer.rank`), meaning, unit, range and choices, and JSON, `--set`, validation and the window's form derive from
/// it. Defaults are those of the published LRA settings where the presets agree, see the presets for the rest.

/// What is learned from. Task names are those of core/tasks (listops, ...).
struct TaskSettings {
    std::string name = "listops";
    std::string path;                   ///< folder or file with published-layout data; empty: generate (listops)
    std::int64_t train_samples = 96000; ///< generated samples; ignored with a path
    std::int64_t val_samples = 2000;
    std::int64_t test_samples = 2000;
    std::int64_t min_length = 500;    ///< tokens, exclusive (listops generator)
    std::int64_t max_length = 2000;   ///< tokens, exclusive (listops generator)
    std::int64_t max_depth = 10;      ///< levels of nesting, the digits' included (listops generator)
    std::int64_t max_args = 10;       ///< arguments an operator takes at most (listops generator)
    std::int64_t length_limit = 2048; ///< tokens a sample is cut to, the end mark included: the model's longest n
    std::int64_t data_seed = 42;      ///< of the generator, apart from the training seed

    friend bool operator==(const TaskSettings&, const TaskSettings&) = default;
};

/// The token mixer of a block: u∘T(v) (GTU) around a Toeplitz operator T with kernel t_k, lag k = output - input index
/// (Qin et al., Toeplitz Neural Network for Sequence Modeling, ICLR 2023; Moreno et al., SKI to go Faster, 2023).
struct MixerSettings {
    std::string kind = "tno";   ///< tno | ski | fd | direct, see choices.h for those that are there
    std::string mode = "exact"; ///< exact: as the papers intend it | released: as the published code computes it
    bool causal = false;
    std::int64_t heads = 1;
    double expand_ratio = 1;        ///< d1 = floor(expand_ratio * width), rounded down to a multiple of heads
    std::string act = "silu";       ///< of u and v
    bool use_norm = false;          ///< norm of the gated output before the last projection
    std::string norm = "layernorm"; ///< which, with use_norm
    std::int64_t token_shift = 0;   ///< 0 off, 1 shift right by one, 2 mean of x and the shifted x
    std::string rpe = "dpb";        ///< dpb (LRA's position network) | mlp (laxtnn's RPE)
    std::int64_t rpe_layers = 3;    ///< mlp only
    std::int64_t rpe_width = 32;
    std::string rpe_act = "relu";           ///< mlp only
    std::string rpe_norm = "simplermsnorm"; ///< mlp only
    bool rpe_residual = false;
    bool rpe_bias = true;            ///< mlp only
    std::int64_t par_type = 1;       ///< positions: 1 t, 2 t/(n-1), 3 exp(t/(n-1)) (causal only)
    std::string decay = "fixed";     ///< none | fixed (gamma^|t|) | learned (lambda + (1-lambda) sigmoid(g))
    double gamma = 0.999;            ///< decay of tno; the warp of ski in released mode; lambda of the learned decay
    std::int64_t max_lag = 0;        ///< lags |t| >= max_lag are zero; 0: no limit (LRA's 1-D TNO uses 1024)
    std::string kernel_act = "none"; ///< applied to the kernel after the decay
    bool normalize = false;          ///< y = T x / T 1 (tno)
    std::string algorithm = "auto";  ///< of a product with one kernel: auto (the faster) | fft | direct
    std::int64_t rank = 64;          ///< ski: inducing points
    std::int64_t band = 33;          ///< ski: taps of the sparse branch, odd
    double warp = 0;                 ///< ski exact: warp gamma; 0 chooses it so that warp^(n-1) = 0.1
    std::string ski_kernel = "warp"; ///< ski: warp (inverse time) | rpe (position network)
    std::string fd_response = "rpe"; ///< fd: rpe (network) | table (learned values)
    std::string fd_input = "omega";  ///< fd: what the network sees, omega (as released) | cos (smooth)
    std::int64_t fd_points = 128;    ///< fd table: learned frequencies
    std::int64_t axes = 1;           ///< 1: sequence; 2: H x W image
    std::int64_t two_axis_type = 4;  ///< 4: both axes in turn, both orders summed; 6: sum of the two axes

    friend bool operator==(const MixerSettings&, const MixerSettings&) = default;
};

struct ModelSettings {
    std::int64_t layers = 4;    ///< blocks, each a mixer and a GLU
    std::int64_t width = 128;   ///< e
    std::string norm = "batch"; ///< layer | batch | instance | simplerms | none
    bool prenorm = true;
    double dropout = 0;             ///< after each mixer and GLU
    double embedding_dropout = 0.1; ///< after the positions
    double glu_ratio = 1;           ///< GLU width floor(e * ratio)
    std::string glu_act = "silu";
    std::string pool = "mean"; ///< mean | last | first | sum
    bool use_lengths = true;   ///< pool over the true length of each sample only
    bool nli = true;           ///< retrieval head on [a, b, a-b, a*b]

    friend bool operator==(const ModelSettings&, const ModelSettings&) = default;
};

struct OptimizerSettings {
    double lr = 5e-4;
    double weight_decay = 0.1;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    std::string schedule = "cosine";  ///< cosine (with warm-up) | constant (with warm-up)
    std::int64_t warmup = 1000;       ///< steps
    std::int64_t total_steps = 50000; ///< the cosine's end, not the run's

    friend bool operator==(const OptimizerSettings&, const OptimizerSettings&) = default;
};

struct TrainSettings {
    std::int64_t batch = 64;
    std::int64_t seed = 2222;
    std::int64_t steps = 0;              ///< stop after; 0: no limit
    double minutes = 0;                  ///< stop after; 0: no limit
    double epochs = 0;                   ///< stop after; 0: no limit
    std::string precision = "fp32";      ///< see choices.h for those that are there
    std::int64_t eval_every = 500;       ///< steps between validations
    std::int64_t eval_samples = 0;       ///< of the validation split; 0: all
    std::int64_t checkpoint_every = 500; ///< steps

    friend bool operator==(const TrainSettings&, const TrainSettings&) = default;
};

struct Experiment {
    std::string name; ///< of the preset it came from, or the user's
    TaskSettings task;
    ModelSettings model;
    MixerSettings mixer;
    OptimizerSettings optimizer;
    TrainSettings train;

    friend bool operator==(const Experiment&, const Experiment&) = default;
};

} // namespace toeplab::core
