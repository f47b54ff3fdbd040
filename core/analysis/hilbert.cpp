// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/hilbert.h"

#include "core/analysis/fft.h"
#include "core/analysis/kernel_energy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace toeplab::core
{

HilbertCheck hilbertCheck(std::span<const double> kernel)
{
    const auto n = static_cast<std::size_t>(lengthOf(kernel.size()));
    const Fft fft(powerOfTwo(std::max<std::size_t>(2 * n, 1024)));
    const std::size_t size = fft.size(), bins = size / 2 + 1;

    std::vector<std::complex<double>> response(size);
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        response[(i + size - (n - 1)) % size] = kernel[i];
    }
    fft.forward(response);

    std::vector<std::complex<double>> causal(size); // from Re H alone: the even part, then twice its half k > 0
    std::transform(response.begin(), response.end(), causal.begin(), [](const auto& h) { return h.real(); });
    fft.inverse(causal);
    for (std::size_t k = 1; k < size; ++k) {
        causal[k] = k < size / 2 ? 2 * causal[k].real() : k == size / 2 ? causal[k].real() : 0;
    }
    fft.forward(causal);

    HilbertCheck check;
    double missed = 0, total = 0;
    for (std::size_t m = 0; m < size; ++m) {
        const double difference = response[m].imag() - causal[m].imag();
        missed += difference * difference;
        total += std::norm(response[m]);
    }
    check.residual =
        std::isfinite(total) && total > 0 ? std::sqrt(missed / total) : std::numeric_limits<double>::quiet_NaN();
    for (std::size_t m = 0; m < bins; ++m) {
        check.omega.push_back(std::numbers::pi * static_cast<double>(m) / static_cast<double>(bins - 1));
        check.real.push_back(response[m].real());
        check.imaginary.push_back(response[m].imag());
        check.predicted.push_back(causal[m].imag());
    }
    return check;
}

} // namespace toeplab::core
