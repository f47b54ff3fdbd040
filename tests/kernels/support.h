// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/isa.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace toeplab::kernels::testing
{

template <typename T>
std::vector<T> randomValues(std::int64_t count, std::uint32_t seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values)
        value = static_cast<T>(normal(generator));
    return values;
}

/// Values between two margins of NaN: what reads outside becomes NaN, what writes there is seen.
template <typename T>
class Guarded
{
public:
    explicit Guarded(const std::vector<T>& values)
        : all_(values.size() + 2 * kMargin, std::numeric_limits<T>::quiet_NaN())
    {
        std::copy(values.begin(), values.end(), all_.begin() + kMargin);
    }
    explicit Guarded(std::int64_t count)
        : Guarded(std::vector<T>(static_cast<std::size_t>(count), std::numeric_limits<T>::quiet_NaN()))
    {
    }
    T* data() { return all_.data() + kMargin; }
    std::vector<T> values() const { return {all_.begin() + kMargin, all_.end() - kMargin}; }
    bool marginsIntact() const
    {
        for (std::size_t i = 0; i < kMargin; ++i) {
            if (!std::isnan(all_[i]) || !std::isnan(all_[all_.size() - 1 - i]))
                return false;
        }
        return true;
    }

private:
    static constexpr std::size_t kMargin = 67; // odd: rows are not aligned either
    std::vector<T> all_;
};

/// max |a - b| / max(1, max |b|); NaN anywhere gives infinity.
template <typename A, typename B>
double worstError(const std::vector<A>& a, const std::vector<B>& b)
{
    if (a.size() != b.size())
        return std::numeric_limits<double>::infinity();
    double scale = 1;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (!(difference <= std::numeric_limits<double>::max()))
            return std::numeric_limits<double>::infinity();
        worst = std::max(worst, difference);
        scale = std::max(scale, std::abs(static_cast<double>(b[i])));
    }
    return worst / scale;
}

template <typename T>
double dot(const std::vector<T>& a, const std::vector<T>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

template <typename T>
std::vector<double> widened(const std::vector<T>& values)
{
    return {values.begin(), values.end()};
}

/// Levels that this machine can run.
inline std::vector<Isa> levelsHere()
{
    std::vector<Isa> found;
    for (const Isa isa : {Isa::Base, Isa::V3, Isa::V4}) {
        if (cpuHas(isa))
            found.push_back(isa);
    }
    return found;
}

/// Sets the number of threads of the kernels while it lives.
class Threads
{
public:
    explicit Threads([[maybe_unused]] int count)
    {
#ifdef _OPENMP
        before_ = omp_get_max_threads();
        omp_set_num_threads(count);
#endif
    }
    ~Threads()
    {
#ifdef _OPENMP
        omp_set_num_threads(before_);
#endif
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

private:
    int before_ = 1;
};

/// y = M x, or M^T x, for a dense row-major matrix.
struct Dense {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<double> values;

    Dense(std::int64_t row_count, std::int64_t column_count)
        : rows(row_count), columns(column_count), values(static_cast<std::size_t>(row_count * column_count))
    {
    }
    double& at(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * columns + j)]; }
    double at(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * columns + j)]; }

    std::vector<double> times(const std::vector<double>& x) const
    {
        std::vector<double> y(static_cast<std::size_t>(rows));
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < columns; ++j)
                y[static_cast<std::size_t>(i)] += at(i, j) * x[static_cast<std::size_t>(j)];
        return y;
    }
    Dense transposed() const
    {
        Dense other(columns, rows);
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < columns; ++j)
                other.at(j, i) = at(i, j);
        return other;
    }
};

/// T[i, j] = kernel[j - i + taps / 2]
inline Dense bandMatrix(const double* kernel, std::int64_t taps, std::int64_t n)
{
    Dense matrix(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            const std::int64_t m = j - i + taps / 2;
            matrix.at(i, j) = m >= 0 && m < taps ? kernel[m] : 0;
        }
    return matrix;
}

inline std::vector<double> part(const std::vector<double>& values, std::int64_t index, std::int64_t size)
{
    return {values.begin() + index * size, values.begin() + (index + 1) * size};
}

} // namespace toeplab::kernels::testing
