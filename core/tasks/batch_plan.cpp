// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/batch_plan.h"

#include "core/base/check.h"
#include "core/base/random.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace toeplab::core
{
namespace
{

/// Fisher-Yates over `count` blocks of `size` elements each.
void shuffleBlocks(std::vector<std::int64_t>& values, std::int64_t count, std::int64_t size, Random& random)
{
    for (std::int64_t i = count - 1; i > 0; --i) {
        const auto j = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(i) + 1));
        if (i != j) {
            std::swap_ranges(values.begin() + i * size, values.begin() + (i + 1) * size, values.begin() + j * size);
        }
    }
}

} // namespace

BatchPlan::BatchPlan(std::int64_t samples, BatchPlanOptions options) : samples_(samples), options_(std::move(options))
{
    require(samples > 0 && options_.batch > 0, "batches of {} from {} samples, both at least 1", options_.batch,
            samples);
    require(options_.bucket_batches == 0 || options_.length_of != nullptr, "buckets of {} batches without lengths",
            options_.bucket_batches);
    const std::int64_t whole = samples / options_.batch;
    const bool partial = samples % options_.batch != 0;
    batches_ = whole + (partial && (!options_.drop_last || whole == 0) ? 1 : 0);
}

void BatchPlan::arrange(std::int64_t epoch)
{
    order_.resize(static_cast<std::size_t>(samples_));
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    arranged_epoch_ = epoch;
    if (!options_.shuffle) {
        return;
    }
    Random random(options_.seed, static_cast<std::uint64_t>(epoch));
    shuffleBlocks(order_, samples_, 1, random);
    if (options_.bucket_batches > 0) {
        const auto window = options_.bucket_batches * options_.batch;
        for (std::int64_t begin = 0; begin < samples_; begin += window) {
            std::stable_sort(
                order_.begin() + begin, order_.begin() + std::min(samples_, begin + window),
                [this](std::int64_t a, std::int64_t b) { return options_.length_of(a) < options_.length_of(b); });
        }
        shuffleBlocks(order_, samples_ / options_.batch, options_.batch, random);
    }
}

std::vector<std::int64_t> BatchPlan::indices(BatchPosition position)
{
    require(position.epoch >= 0 && position.batch >= 0 && position.batch < batches_,
            "batch {} of epoch {} with {} batches", position.batch, position.epoch, batches_);
    if (arranged_epoch_ != (options_.shuffle ? position.epoch : 0)) {
        arrange(options_.shuffle ? position.epoch : 0);
    }
    const std::int64_t begin = position.batch * options_.batch;
    const std::int64_t end = std::min(samples_, begin + options_.batch);
    return {order_.begin() + begin, order_.begin() + end};
}

BatchPosition BatchPlan::next(BatchPosition position) const
{
    return at(count(position) + 1);
}

std::int64_t BatchPlan::count(BatchPosition position) const
{
    return position.epoch * batches_ + position.batch;
}

BatchPosition BatchPlan::at(std::int64_t count) const
{
    return {count / batches_, count % batches_};
}

} // namespace toeplab::core
