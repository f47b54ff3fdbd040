// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/singular_values.h"
#include "core/base/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::core
{
namespace
{

/// Reflections from both sides until the matrix is tridiagonal: `diagonal` n values, `beside` n with beside[n-1] = 0.
void tridiagonalise(std::vector<double>& a, std::size_t n, std::vector<double>& diagonal, std::vector<double>& beside)
{
    std::vector<double> v(n), p(n);
    for (std::size_t k = 0; k + 1 < n; ++k) {
        // Column k below the diagonal becomes (alpha, 0, ..): x -> x - 2 v (v.x) with v = x - alpha e1, scaled to v.v
        // = 2.
        diagonal[k] = a[k * n + k];
        double norm = 0;
        for (std::size_t i = k + 1; i < n; ++i) {
            norm = std::hypot(norm, a[k * n + i]);
        }
        const double first = a[k * n + k + 1];
        const double alpha = first > 0 ? -norm : norm;
        beside[k] = alpha;
        const double square = norm * (norm + std::abs(first)); // half of |x - alpha e1|^2
        if (square == 0) {
            continue;
        }
        const double scale = 1 / std::sqrt(square);
        for (std::size_t i = k + 1; i < n; ++i) {
            v[i] = a[k * n + i] * scale;
        }
        v[k + 1] -= alpha * scale;
        // A -> (1 - v v') A (1 - v v') = A - v q' - q v' with p = A v, q = p - (p.v)/2 v
        double overlap = 0;
        for (std::size_t i = k + 1; i < n; ++i) {
            const double* row = a.data() + i * n;
            double sum = 0;
            for (std::size_t j = k + 1; j < n; ++j) {
                sum += row[j] * v[j];
            }
            p[i] = sum;
            overlap += sum * v[i];
        }
        for (std::size_t i = k + 1; i < n; ++i) {
            p[i] -= overlap / 2 * v[i];
        }
        for (std::size_t i = k + 1; i < n; ++i) {
            double* row = a.data() + i * n;
            const double vi = v[i], pi = p[i];
            for (std::size_t j = k + 1; j < n; ++j) {
                row[j] -= vi * p[j] + pi * v[j];
            }
        }
    }
    diagonal[n - 1] = a[n * n - 1];
    beside[n - 1] = 0;
}

/// One implicit QL step with the shift of the block's upper corner on rows first..last.
void shiftedStep(std::vector<double>& d, std::vector<double>& e, std::size_t first, std::size_t last)
{
    double g = (d[first + 1] - d[first]) / (2 * e[first]);
    g = d[last] - d[first] + e[first] / (g + std::copysign(std::hypot(g, 1.0), g));
    double sine = 1, cosine = 1, moved = 0;
    for (std::size_t i = last; i-- > first;) {
        const double f = sine * e[i], b = cosine * e[i];
        const double r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) { // the block fell apart here
            d[i + 1] -= moved;
            e[last] = 0;
            return;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1] - moved;
        const double t = (d[i] - g) * sine + 2 * cosine * b;
        moved = sine * t;
        d[i + 1] = g + moved;
        g = cosine * t - b;
    }
    d[first] -= moved;
    e[first] = g;
    e[last] = 0;
}

} // namespace

std::vector<double> symmetricEigenvalues(std::vector<double>& matrix, std::size_t n)
{
    require(matrix.size() == n * n && n > 0, "{} values for a {} x {} matrix", matrix.size(), n, n);
    std::vector<double> d(n), e(n);
    tridiagonalise(matrix, n, d, e);
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
        norm = std::max(norm, std::abs(d[i]) + std::abs(e[i]));
    }
    const double negligible = std::numeric_limits<double>::epsilon() * norm;
    constexpr int kSteps = 100; // 2 or 3 are usual
    for (std::size_t first = 0; first < n; ++first) {
        for (int step = 0; step < kSteps; ++step) {
            std::size_t last = first;
            while (last + 1 < n && std::abs(e[last]) > negligible) {
                ++last;
            }
            if (last == first) {
                break;
            }
            shiftedStep(d, e, first, last);
        }
    }
    std::sort(d.begin(), d.end());
    return d;
}

} // namespace toeplab::core
