// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/lag_range_table.h"

#include <algorithm>
#include <limits>

namespace toeplab::widgets
{

LagRangeTable::LagRangeTable(std::span<const float> values) : values_(values.begin(), values.end())
{
    for (float& value : values_) {
        if (std::isnan(value))
            value = std::numeric_limits<float>::infinity();
    }
    const std::size_t count = values_.size();
    from_start_ = to_end_ = values_;
    for (std::size_t i = 1; i < count; ++i) {
        if (i % kBlock != 0)
            from_start_[i] = larger(from_start_[i - 1], values_[i]);
    }
    for (std::size_t i = count; i-- > 1;) {
        if (i % kBlock != 0)
            to_end_[i - 1] = larger(to_end_[i], values_[i - 1]);
    }
    block_count_ = (count + kBlock - 1) / kBlock;
    table_.resize(block_count_);
    for (std::size_t block = 0; block < block_count_; ++block)
        table_[block] = to_end_[block * kBlock];
    for (std::size_t level = 1; (std::size_t{1} << level) <= block_count_; ++level) {
        const std::size_t half = std::size_t{1} << (level - 1);
        table_.resize((level + 1) * block_count_);
        const float* below = table_.data() + (level - 1) * block_count_;
        float* row = table_.data() + level * block_count_;
        for (std::size_t block = 0; block + 2 * half <= block_count_; ++block)
            row[block] = larger(below[block], below[block + half]);
    }
}

} // namespace toeplab::widgets
