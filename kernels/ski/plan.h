// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::kernels
{

/// A run of rows of W that share their two columns.
struct InterpolationCell {
    std::int64_t row = 0;    ///< first row
    std::int64_t rows = 0;   ///< at least 1
    std::int64_t column = 0; ///< W has entries in columns `column` and `column + 1`
};

/// What the published Python measures the distance to an inducing point in.
enum class PublishedGrid {
    Positions, ///< inverse-time variant: from the inducing point's position
    Unit,      ///< RPE variant: from the inducing point's place in [0, 1], not scaled to positions
};

/// The interpolation matrix W (length x rank) of SKI: row i holds lower in column q and upper in column q + 1, built
/// once for a length and a rank and shared by all rows and channels. Rows of one cell stand together in x, so
/// W^T x is a sum over each cell and W v a walk along the row: O(length + rank), and nothing but the weights is stored.
template <typename T>
class InterpolationPlan
{
public:
    /// Row i interpolates linearly between the inducing points p_m = m (n - 1) / (r - 1) around it: with
    /// s = i (r - 1) / (n - 1), q = min(floor(s), r - 2) (in integers) and w = s - q, the row is (1 - w, w). Rows sum
    /// to 1 and reproduce linear functions; r = n gives the identity. length 1 has the one row (1, 0). Promises: length
    /// >= 1, rank >= 2 (rank may exceed the length: some columns then stay empty).
    [[nodiscard]] static InterpolationPlan exact(std::int64_t length, std::int64_t rank);

    /// W as the published Python computes it, oddities included: positions t_i = i n / (n - 1), q = first m with
    /// p_m >= t_i (clamped to 0 .. r - 2), w = (t_i - p_q) (r - 1) / (n - 1), the row gamma^(n t_i) (w, 1 - w).
    /// PublishedGrid::Unit takes t_i - q / (r - 1) for t_i - p_q. Promises: length >= 2, rank >= 2.
    [[nodiscard]] static InterpolationPlan released(std::int64_t length, std::int64_t rank, double gamma,
                                                    PublishedGrid grid);

    /// Any W with two neighbouring entries a row. Promises: spans of equal length >= 1, 0 <= column[i] <= rank - 2,
    /// column not decreasing.
    InterpolationPlan(std::int64_t rank, std::span<const std::int64_t> column, std::span<const double> lower,
                      std::span<const double> upper);

    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] std::int64_t rank() const { return rank_; }

    /// In order of rows and columns; cells without rows are left out.
    [[nodiscard]] std::span<const InterpolationCell> cells() const { return cells_; }

    /// Weight of row i in the upper column of its cell: length values from a cache line on, zeros to the end of the
    /// line.
    [[nodiscard]] const T* upper() const { return upper_.data()->data(); }

    /// The same for the lower column; null where every row sums to 1, so that nobody reads what 1 - upper gives.
    [[nodiscard]] const T* lower() const { return lower_.empty() ? nullptr : lower_.data()->data(); }

private:
    struct alignas(64) Line : std::array<T, 64 / sizeof(T)> {
    };

    std::int64_t length_ = 0;
    std::int64_t rank_ = 0;
    std::vector<InterpolationCell> cells_;
    std::vector<Line> lower_;
    std::vector<Line> upper_;
};

} // namespace toeplab::kernels
