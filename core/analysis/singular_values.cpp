// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/singular_values.h"

#include "core/analysis/fft.h"
#include "core/analysis/kernel_energy.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace toeplab::core
{

std::vector<double> singularValues(std::span<const double> kernel)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    std::vector<double> hankel(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            hankel[i * n + j] = kernel[2 * (n - 1) - i - j]; // lag n-1-i-j
        }
    }
    std::vector<double> values = symmetricEigenvalues(hankel, n);
    for (double& value : values) {
        value = std::abs(value);
    }
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

std::vector<double> circulantSingularValues(std::span<const double> kernel)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    std::vector<std::complex<double>> circulant(n);
    for (std::size_t k = 0; k < n; ++k) {
        const double ahead = kernel[n - 1 + k], wrapped = k == 0 ? 0.0 : kernel[k - 1]; // lags k and k - n
        circulant[k] = (static_cast<double>(n - k) * ahead + static_cast<double>(k) * wrapped) / static_cast<double>(n);
    }
    const auto transformed = fourierTransform(circulant);
    std::vector<double> values(n);
    std::transform(transformed.begin(), transformed.end(), values.begin(), [](const auto& z) { return std::abs(z); });
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

double effectiveRank(std::span<const double> values)
{
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    if (sum == 0) {
        return 0;
    }
    double entropy = 0;
    for (const double value : values) {
        const double p = value / sum;
        entropy -= p > 0 ? p * std::log(p) : 0;
    }
    return std::exp(entropy);
}

} // namespace toeplab::core
