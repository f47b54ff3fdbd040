// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/base/initializer.h"
#include "core/operators/base/module.h"
#include "core/operators/functions/functions.h"

#include <memory>
#include <string>

namespace toeplab::core
{

struct RpeSettings {
    std::string network = "mlp"; ///< mlp | dpb
    std::int64_t width = 32;
    std::int64_t outputs = 0;
    std::int64_t layers = 3;            ///< mlp only
    std::string act = "relu";           ///< mlp only
    std::string norm = "simplermsnorm"; ///< mlp only
    bool residual = false;
    bool bias = true;
};

/// A relative position encoding: a small network from one number (a lag, a frequency) to a value a channel.
class Rpe : public Module
{
public:
    /// positions (1, 1, P) -> (1, outputs, P)
    [[nodiscard]] virtual at::Tensor operator()(const at::Tensor& positions) const = 0;
    /// "RPE 3 x 32", "position MLP x 32"
    [[nodiscard]] virtual std::string describe() const = 0;
};

/// What is wrong with these settings of mixer, in a sentence; empty when a network can be made.
[[nodiscard]] std::string rpeProblem(std::int64_t width, std::int64_t layers);

/// mlp: the RPE of the TNN and SKI-TNN code: x0 = w t + c; `layers` times y = W act(norm(x)) + c, x <- y (or x + y with
///      `residual`); output W act(norm(x)) + c. Names pos_proj, layers.{l}.{0,2}, out.{0,2}.
/// dpb: the position network of the LRA code: two layers W relu(x) + c and an output W relu(LayerNorm(x)) + c. With
///      `residual` the layers are relu(x) + (W relu(x) + c): the published in-place ReLU alters the skip path too.
///      Names pos_proj, pos1.1, pos2.1, pos3.{0,2}.
[[nodiscard]] std::unique_ptr<Rpe> makeRpe(const RpeSettings& settings, Initializer& initial);

} // namespace toeplab::core
