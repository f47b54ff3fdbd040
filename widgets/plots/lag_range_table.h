// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace toeplab::widgets
{

/// The value of largest size, with its sign, over any interval of lags, in constant time: so one pixel of a map that
/// covers a million cells still shows the one cell that stands out.
///
/// Blocks of 16 lags: running extremes from both ends of every block, and a sparse table (Bender & Farach-Colton 2000)
/// over the blocks. 12 bytes a lag and O(m) to build, O(1) to ask; 2n-1 = 2,097,151 lags take 26 MB.
/// Not-a-number counts as larger than everything (it comes back as +infinity).
class LagRangeTable
{
public:
    LagRangeTable() = default;
    explicit LagRangeTable(std::span<const float> values);

    [[nodiscard]] std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(values_.size()); }
    /// Of the indices low..high, both included and inside 0..size()-1.
    [[nodiscard]] float extreme(std::ptrdiff_t low, std::ptrdiff_t high) const
    {
        const auto l = static_cast<std::size_t>(low), h = static_cast<std::size_t>(high);
        const std::size_t first = l / kBlock, last = h / kBlock;
        if (first == last) {
            float best = values_[l];
            for (std::size_t i = l + 1; i <= h; ++i)
                best = larger(best, values_[i]);
            return best;
        }
        float best = larger(to_end_[l], from_start_[h]);
        if (last - first > 1)
            best = larger(best, blocks(first + 1, last - 1));
        return best;
    }
    [[nodiscard]] const std::vector<float>& values() const { return values_; }
    [[nodiscard]] static float larger(float a, float b) { return std::fabs(b) > std::fabs(a) ? b : a; }
    /// Of the whole kernel; 0 when empty.
    [[nodiscard]] float peak() const { return values_.empty() ? 0 : extreme(0, size() - 1); }

private:
    static constexpr std::size_t kBlock = 16;

    [[nodiscard]] float blocks(std::size_t low, std::size_t high) const
    {
        const auto level = static_cast<std::size_t>(63 - __builtin_clzll(high - low + 1));
        const float* row = table_.data() + level * block_count_;
        return larger(row[low], row[high + 1 - (std::size_t{1} << level)]);
    }

    std::vector<float> values_;     ///< not-a-number replaced
    std::vector<float> from_start_; ///< extreme from the block's start to here
    std::vector<float> to_end_;     ///< extreme from here to the block's end
    std::vector<float> table_;      ///< (levels, block_count_): extreme of 2^level blocks from this one
    std::size_t block_count_ = 0;
};

} // namespace toeplab::widgets
