// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace toeplab::core
{

/// A place in the order of the data: what a checkpoint needs to go on with the very next batch.
struct BatchPosition {
    std::int64_t epoch = 0; ///< passes completed
    std::int64_t batch = 0; ///< of this pass, 0-based

    friend bool operator==(const BatchPosition&, const BatchPosition&) = default;
};

struct BatchPlanOptions {
    std::int64_t batch = 1;
    std::uint64_t seed = 0;
    bool shuffle = true; ///< false: the split's own order (evaluation)
    bool drop_last =
        true; ///< leave out an incomplete last batch; a split smaller than one batch is one batch all the same
    /// Batches of samples of like length waste less padding: that many batches at a time are drawn, sorted by length,
    /// cut, and the whole batches shuffled. 0: off, batches are as random as the order.
    std::int64_t bucket_batches = 0;
    std::function<std::int64_t(std::int64_t)> length_of = {}; ///< of a sample; with bucket_batches only
};

/// Which samples make which batch. The order of an epoch is a function of (seed, epoch) alone, so any position can be
/// entered at once: a run that is resumed sees the batches it would have seen. Keeps one epoch's order (8 bytes a
/// sample); one thread at a time.
class BatchPlan
{
public:
    BatchPlan(std::int64_t samples, BatchPlanOptions options);

    [[nodiscard]] std::int64_t batchesPerEpoch() const { return batches_; }
    /// The samples of a batch; O(samples) at the first call in an epoch, O(batch) after it.
    [[nodiscard]] std::vector<std::int64_t> indices(BatchPosition position);
    [[nodiscard]] BatchPosition next(BatchPosition position) const;
    /// Batches before this position, counted from the start of training, and back.
    [[nodiscard]] std::int64_t count(BatchPosition position) const;
    [[nodiscard]] BatchPosition at(std::int64_t count) const;

private:
    void arrange(std::int64_t epoch);

    std::int64_t samples_;
    BatchPlanOptions options_;
    std::int64_t batches_;
    std::int64_t arranged_epoch_ = -1;
    std::vector<std::int64_t> order_;
};

} // namespace toeplab::core
