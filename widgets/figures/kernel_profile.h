// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/session.h"
#include "widgets/plots/lag_range_table.h"

#include <QtCore/QDeadlineTimer>

#include <memory>
#include <vector>

namespace toeplab::widgets
{

/// One kernel as it is drawn: over lags -(n-1)..n-1 the median of all channels with two quantiles, or one channel.
struct KernelProfile {
    std::int64_t length = 0; ///< n
    std::int64_t channels = 0;
    std::vector<float> value;                   ///< 2n-1
    std::vector<float> low, high;               ///< quantiles; empty for one channel
    std::shared_ptr<const LagRangeTable> table; ///< of `value`
};

struct ProfileChoice {
    std::int64_t channel = -1; ///< -1: the median
    double low = 0.25, high = 0.75;
    friend bool operator==(const ProfileChoice&, const ProfileChoice&) = default;
};

/// Linear interpolation between order statistics (numpy's default). Reorders `values`; q in 0..1; NaN where there are
/// none.
[[nodiscard]] float quantile(std::vector<float>& values, double q);

/// The profile of a frame. Views of the same frame share it, and it is computed once: O(channels n). nullptr when the
/// deadline passes first; the next call goes on. A frame whose size is not channels x (2n-1) has none (nullptr, done).
struct ProfileResult {
    std::shared_ptr<const KernelProfile> profile;
    bool done = true;
};
[[nodiscard]] ProfileResult profileOf(const std::shared_ptr<const core::KernelFrame>& frame,
                                      const ProfileChoice& choice, QDeadlineTimer deadline);

} // namespace toeplab::widgets
