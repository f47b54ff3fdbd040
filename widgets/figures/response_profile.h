// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/kernel_profile.h"

#include <memory>
#include <vector>

namespace toeplab::widgets
{

/// The frequency response of a layer as it is drawn: |H| in dB and the unwrapped phase over omega = 0..pi, of one
/// channel or the median over channels with quantiles. H(w) = sum_k t_k exp(-i w k); the phase starts in (-pi, pi] at
/// omega 0.
struct ResponseProfile {
    std::vector<double> omega;                             ///< rad/position, 0..pi
    std::vector<float> decibel, decibel_low, decibel_high; ///< low and high empty for one channel
    std::vector<float> phase;                              ///< rad
};

struct ResponseResult {
    std::shared_ptr<const ResponseProfile> response;
    bool done = true;
};
/// As profileOf: shared by frame, resumes after a deadline. O(channels n log n).
[[nodiscard]] ResponseResult responseOf(const std::shared_ptr<const core::KernelFrame>& frame,
                                        const ProfileChoice& choice, QDeadlineTimer deadline);

} // namespace toeplab::widgets
