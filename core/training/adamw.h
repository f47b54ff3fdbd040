// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/experiment.h"
#include "core/models/classifier.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace toeplab::core
{

/// AdamW (Loshchilov & Hutter 2019) on all parameters in one group, decay on biases and norms too, as the published
/// runs have it. Step t with rate lr, gradient g:
///   w <- w (1 - lr decay);  m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2
///   w <- w - lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + eps)
/// by LibTorch's fused kernel. Parameters without a gradient are left alone.
class AdamW
{
public:
    struct Slot {
        NamedTensor parameter;
        at::Tensor exp_avg;    ///< m, the parameter's shape
        at::Tensor exp_avg_sq; ///< v
        at::Tensor steps;      ///< t, one float32
    };

    /// The parameters are where they stay.
    AdamW(std::vector<NamedTensor> parameters, const OptimizerSettings& settings);

    void step(double lr);
    /// The same for what must not wait: the rate, and whether a gradient is spoiled (not 0: nothing moves, and no step
    /// is counted), are one float32 each on the parameters' device.
    void step(const at::Tensor& lr, const at::Tensor& spoiled);
    /// Euclidean norm of all gradients, summed in double precision: one float64 on the parameters' device.
    [[nodiscard]] at::Tensor gradientNorm() const;
    void clearGradients();
    [[nodiscard]] std::vector<Slot>& slots() { return slots_; }

private:
    /// What a fused step takes, of the parameters that have a gradient.
    struct Lists {
        std::vector<at::Tensor> values, gradients, exp_avgs, exp_avg_sqs, steps;
    };
    [[nodiscard]] Lists lists() const;
    template <typename Rate>
    void advance(const Rate& lr, const std::optional<at::Tensor>& spoiled);

    std::vector<Slot> slots_;
    OptimizerSettings settings_;
};

} // namespace toeplab::core
