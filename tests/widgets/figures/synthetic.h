// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_data.h"
#include "widgets/figures/figure_spec.h"

namespace toeplab::widgets
{

/// Made-up but realistic data: a loss that falls and is noisy, four layers from blurry to spiky (the last one causal),
/// kernels that form over log-spaced steps. Deterministic.
[[nodiscard]] FigureRun syntheticRun(int seed, std::size_t steps, const std::string& group = "");
[[nodiscard]] std::shared_ptr<const core::KernelFrame> syntheticKernel(std::int64_t layer, std::int64_t n,
                                                                       std::int64_t channels, std::int64_t step);
/// What each kind needs, with n lags a side and that many channels.
[[nodiscard]] FigureData syntheticData(const std::string& kind, std::int64_t n = 1024, std::int64_t channels = 128);

} // namespace toeplab::widgets
