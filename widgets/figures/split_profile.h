// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/kernel_split.h"
#include "widgets/figures/figure.h"

#include <memory>

namespace toeplab::widgets
{

/// What the figures of SKI's parts share: the chosen layer's kernel (its median over channels, or one channel) split
/// with the spec's "band" and "rank".
class SplitProfile
{
public:
    /// false: the deadline passed, call again.
    [[nodiscard]] bool set(const FigureSpec& spec, const FigureData& data, QDeadlineTimer deadline);
    [[nodiscard]] static std::unique_ptr<SplitProfile> of(const FigureSpec& spec, const FigureData& data);

    [[nodiscard]] bool empty() const { return frame_ == nullptr || kernel_.empty(); }
    [[nodiscard]] const core::KernelFrame& frame() const { return *frame_; }
    [[nodiscard]] const core::KernelSplit& split() const { return split_; }
    [[nodiscard]] const std::vector<double>& lags() const { return lags_; }
    [[nodiscard]] const std::vector<double>& kernel() const { return kernel_; }
    [[nodiscard]] std::int64_t channels() const { return channels_; }

    /// The nearest lag that there is, and where it stands in the vectors.
    [[nodiscard]] std::int64_t nearestLag(double lag) const;
    [[nodiscard]] std::size_t at(std::int64_t lag) const;
    /// The lags shown: all up to "max_lag", from 0 for a causal kernel.
    [[nodiscard]] std::array<double, 2> span(const FigureSpec& spec) const;

private:
    std::shared_ptr<const core::KernelFrame> frame_;
    std::int64_t channels_ = 0;
    core::KernelSplit split_;
    std::vector<double> lags_, kernel_;
};

/// Smallest and largest of the values whose lags lie in the span, into the slot.
void setExtent(AxisSlot& slot, const std::vector<double>& lags, const std::array<double, 2>& span,
               std::initializer_list<const std::vector<double>*> values);

/// "2.3 %"
[[nodiscard]] QString percentText(double share);

} // namespace toeplab::widgets
