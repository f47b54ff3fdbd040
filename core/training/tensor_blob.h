// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/run_data.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace toeplab::core
{

/// A tensor's bytes for a checkpoint; any strides, CPU. dtypes: float32, float64, int64, uint8, bool.
[[nodiscard]] TensorBlob toBlob(const at::Tensor& tensor);

/// Whether `blob` can be copied into `target`: same dtype and shape, and every value finite. The sentence names the
/// tensor and what does not fit.
[[nodiscard]] Result<void> fits(const TensorBlob& blob, const at::Tensor& target, const std::string& name);
/// Copies a blob that fits, in place.
void copyInto(const TensorBlob& blob, const at::Tensor& target);

} // namespace toeplab::core
