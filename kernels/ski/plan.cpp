// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/plan.h"

#include "kernels/device/check.h"

#include <algorithm>
#include <cmath>

namespace toeplab::kernels
{
namespace
{

struct Rows {
    explicit Rows(std::int64_t length)
        : column(static_cast<std::size_t>(length)), lower(column.size()), upper(column.size())
    {
    }
    std::vector<std::int64_t> column;
    std::vector<double> lower;
    std::vector<double> upper;
};

} // namespace

template <typename T>
InterpolationPlan<T> InterpolationPlan<T>::exact(std::int64_t length, std::int64_t rank)
{
    require(length >= 1 && rank >= 2, "length is at least 1 and rank at least 2", length, rank);
    Rows rows(length);
    for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t steps = length > 1 ? length - 1 : 1;
        const std::int64_t q = std::min(i * (rank - 1) / steps, rank - 2);
        const auto at = static_cast<std::size_t>(i);
        rows.column[at] = q;
        rows.upper[at] = static_cast<double>(i * (rank - 1) - q * steps) / static_cast<double>(steps);
        rows.lower[at] = 1.0 - rows.upper[at];
    }
    return InterpolationPlan(rank, rows.column, rows.lower, rows.upper);
}

template <typename T>
InterpolationPlan<T> InterpolationPlan<T>::released(std::int64_t length, std::int64_t rank, double gamma,
                                                    PublishedGrid grid)
{
    require(length >= 2 && rank >= 2, "length and rank are at least 2", length, rank);
    const auto n = static_cast<double>(length);
    const auto cells = static_cast<double>(rank - 1);
    std::vector<double> inducing(static_cast<std::size_t>(rank));
    for (std::size_t m = 0; m < inducing.size(); ++m)
        inducing[m] = static_cast<double>(m) * (n - 1) / cells;
    Rows rows(length);
    for (std::size_t i = 0; i < rows.column.size(); ++i) {
        const double t = static_cast<double>(i) * n / (n - 1);
        const auto above = std::lower_bound(inducing.begin(), inducing.end(), t) - inducing.begin();
        const std::int64_t q = std::clamp<std::int64_t>(above, 0, rank - 2);
        const double from =
            grid == PublishedGrid::Positions ? inducing[static_cast<std::size_t>(q)] : static_cast<double>(q) / cells;
        const double w = (t - from) * cells / (n - 1);
        const double falloff = std::pow(gamma, t * n);
        rows.column[i] = q;
        rows.lower[i] = falloff * w;
        rows.upper[i] = falloff * (1.0 - w);
    }
    return InterpolationPlan(rank, rows.column, rows.lower, rows.upper);
}

template <typename T>
InterpolationPlan<T>::InterpolationPlan(std::int64_t rank, std::span<const std::int64_t> column,
                                        std::span<const double> lower, std::span<const double> upper)
    : length_(static_cast<std::int64_t>(column.size())), rank_(rank)
{
    require(length_ >= 1 && rank >= 2, "length is at least 1 and rank at least 2", length_, rank);
    require(lower.size() == column.size() && upper.size() == column.size(), "every row has two weights",
            static_cast<std::int64_t>(lower.size()), static_cast<std::int64_t>(upper.size()));
    constexpr std::size_t kLine = 64 / sizeof(T);
    upper_.resize((column.size() + kLine - 1) / kLine);
    const bool sums_to_one =
        std::equal(lower.begin(), lower.end(), upper.begin(), [](double a, double b) { return a == 1.0 - b; });
    if (!sums_to_one)
        lower_.resize(upper_.size());
    std::int64_t previous = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
        const std::int64_t q = column[i];
        require(q >= previous && q <= rank - 2, "columns do not decrease and stay below rank - 1", q, previous);
        previous = q;
        if (cells_.empty() || cells_.back().column != q)
            cells_.push_back({static_cast<std::int64_t>(i), 0, q});
        ++cells_.back().rows;
        if (!sums_to_one)
            lower_[i / kLine][i % kLine] = static_cast<T>(lower[i]);
        upper_[i / kLine][i % kLine] = static_cast<T>(upper[i]);
    }
}

template class InterpolationPlan<float>;
template class InterpolationPlan<double>;

} // namespace toeplab::kernels
