// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/response_profile.h"

#include "core/analysis/spectrum.h"
#include "widgets/figures/frame_cache.h"

#include <algorithm>
#include <span>

namespace toeplab::widgets
{
namespace
{

/// A response on the way: first the channels' transforms, two at once, then the quantiles of each bin.
struct Growing {
    std::shared_ptr<const core::SpectrumPlan> plan;
    std::shared_ptr<ResponseProfile> response = std::make_shared<ResponseProfile>();
    std::vector<std::int64_t> channels; ///< to transform
    std::size_t next_channel = 0, next_bin = 0;
    std::vector<float> decibels, phases; ///< (channels, bins); let go at the end
};

std::shared_ptr<const core::SpectrumPlan> planFor(std::int64_t n)
{
    static std::shared_ptr<const core::SpectrumPlan> plan;
    static std::int64_t length = 0;
    if (!plan || length != n) {
        plan = std::make_shared<core::SpectrumPlan>(static_cast<std::size_t>(n));
        length = n;
    }
    return plan;
}

void transformNext(const core::KernelFrame& frame, Growing& entry)
{
    const auto lags = static_cast<std::size_t>(2 * frame.info.length - 1), bins = entry.plan->bins();
    const auto row = [&](std::size_t index) {
        return std::span<const float>(frame.values)
            .subspan(static_cast<std::size_t>(entry.channels[index]) * lags, lags);
    };
    std::vector<std::complex<double>> first, second;
    const bool pair = entry.next_channel + 1 < entry.channels.size();
    entry.plan->transform(row(entry.next_channel), pair ? row(entry.next_channel + 1) : std::span<const float>(), first,
                          second);
    for (const auto* response : {&first, &second}) {
        if (response->empty())
            continue;
        std::vector<double> phase(bins);
        for (std::size_t m = 0; m < bins; ++m) {
            phase[m] = std::arg((*response)[m]);
            entry.decibels[entry.next_channel * bins + m] = static_cast<float>(core::decibels((*response)[m]));
        }
        core::unwrapPhase(phase);
        std::transform(phase.begin(), phase.end(),
                       entry.phases.begin() + static_cast<std::ptrdiff_t>(entry.next_channel * bins),
                       [](double p) { return static_cast<float>(p); });
        ++entry.next_channel;
    }
}

void summariseNext(const ProfileChoice& choice, Growing& entry)
{
    const std::size_t bins = entry.plan->bins(), count = entry.channels.size(), m = entry.next_bin++;
    ResponseProfile& out = *entry.response;
    std::vector<float> values;
    const auto gather = [&](const std::vector<float>& all) {
        values.resize(count);
        for (std::size_t c = 0; c < count; ++c)
            values[c] = all[c * bins + m];
    };
    gather(entry.decibels);
    out.decibel_low[m] = quantile(values, choice.low);
    out.decibel_high[m] = quantile(values, choice.high);
    out.decibel[m] = quantile(values, 0.5);
    gather(entry.phases);
    out.phase[m] = quantile(values, 0.5);
}

/// true: finished.
bool advance(const core::KernelFrame& frame, const ProfileChoice& choice, Growing& entry, QDeadlineTimer deadline)
{
    while (entry.next_channel < entry.channels.size()) {
        transformNext(frame, entry);
        if (deadline.hasExpired())
            return false;
    }
    ResponseProfile& out = *entry.response;
    const std::size_t bins = entry.plan->bins();
    if (entry.channels.size() == 1) {
        out.decibel = std::move(entry.decibels);
        out.phase = std::move(entry.phases);
        return true;
    }
    for (auto* values : {&out.decibel, &out.decibel_low, &out.decibel_high, &out.phase})
        values->resize(bins);
    while (entry.next_bin < bins) {
        summariseNext(choice, entry);
        if (entry.next_bin % 32 == 0 && entry.next_bin < bins && deadline.hasExpired())
            return false;
    }
    entry.decibels = {};
    entry.phases = {};
    return true;
}

Growing begin(const core::KernelFrame& frame, const ProfileChoice& choice)
{
    Growing growing;
    growing.plan = planFor(frame.info.length);
    growing.response->omega = growing.plan->omega();
    const std::int64_t first = std::max<std::int64_t>(choice.channel, 0);
    const std::int64_t end = choice.channel >= 0 ? first + 1 : frame.info.channels;
    for (std::int64_t c = first; c < end; ++c)
        growing.channels.push_back(c);
    growing.decibels.resize(growing.channels.size() * growing.plan->bins());
    growing.phases.resize(growing.decibels.size());
    return growing;
}

} // namespace

ResponseResult responseOf(const std::shared_ptr<const core::KernelFrame>& frame, const ProfileChoice& choice,
                          QDeadlineTimer deadline)
{
    if (!canShow(frame, choice))
        return {};
    static FrameCache<Growing> cache(64);
    Growing& entry = cache.at(frame, choice, [&] { return begin(*frame, choice); });
    if (entry.plan) {
        if (!advance(*frame, choice, entry, deadline))
            return {nullptr, false};
        entry.plan.reset();
    }
    return {entry.response, true};
}

} // namespace toeplab::widgets
