// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/layer_info.h"
#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/operators/base/module.h"
#include "core/tasks/task.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// A batch on the model's device.
struct ModelInput {
    at::Tensor tokens;  ///< (rows, n) int64; undefined for pixels
    at::Tensor pixels;  ///< (rows, n) in the model's dtype; undefined for tokens
    at::Tensor lengths; ///< (rows) int64; undefined: every position is valid
};

/// The Long Range Arena sequence classifier: encoder, positions, blocks of mixer and GLU, pooling, decoder.
/// Not thread-safe: one thread owns it.
class Classifier
{
public:
    virtual ~Classifier() = default;

    /// (samples, classes). Builds the autograd graph when gradients are enabled.
    [[nodiscard]] virtual at::Tensor logits(const ModelInput& input) = 0;

    [[nodiscard]] virtual std::vector<NamedTensor> parameters() = 0; ///< trained, in a fixed order
    [[nodiscard]] virtual std::vector<NamedTensor> buffers() = 0;    ///< running statistics and the like
    virtual void setTraining(bool training) = 0;                     ///< dropout and batch statistics on or off

    /// The Toeplitz kernels, one entry a layer and axis, in order of depth.
    [[nodiscard]] virtual std::vector<LayerInfo> layers() const = 0;
    /// Kernel of layers()[index]: (channels, 2n-1) float32 on the CPU, lags -(n-1)..n-1, n = LayerInfo::length; no
    /// gradient.
    [[nodiscard]] virtual at::Tensor kernel(std::size_t index) = 0;
};

/// Parameters are drawn from `seed` alone (same seed, same values, whatever ran before); dropout draws come from ATen's
/// default CPU generator, which the caller seeds. dtype: at::kFloat in training, at::kDouble in proofs.
[[nodiscard]] Result<std::unique_ptr<Classifier>> makeClassifier(const Experiment& experiment, const TaskShape& shape,
                                                                 std::uint64_t seed, at::ScalarType dtype = at::kFloat);

} // namespace toeplab::core
