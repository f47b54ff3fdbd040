// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace toeplab::core
{

/// X_m = sum_k x_k exp(-2 pi i m k / N) in float64 for analysis (training has MKL's): plans hold the twiddle factors of
/// one length, so that many channels share them. Radix 2, N a power of two; O(N log N) time, N/2 twiddles kept.
class Fft
{
public:
    explicit Fft(std::size_t size); ///< a power of two, at least 1
    [[nodiscard]] std::size_t size() const { return size_; }
    /// In place; data.size() == size().
    void forward(std::vector<std::complex<double>>& data) const;
    /// x_k = (1/N) sum_m X_m exp(+2 pi i m k / N), in place.
    void inverse(std::vector<std::complex<double>>& data) const;

private:
    std::size_t size_;
    std::vector<std::complex<double>> twiddles_; ///< exp(-2 pi i k / N), k < N/2
    std::vector<std::size_t> reversed_;          ///< bit reversal
};

/// The smallest power of two that is not below `least`.
[[nodiscard]] std::size_t powerOfTwo(std::size_t least);

/// The transform for any N >= 1, as a convolution with a chirp on a power of two (Bluestein 1970). O(N log N).
[[nodiscard]] std::vector<std::complex<double>> fourierTransform(std::vector<std::complex<double>> data);

} // namespace toeplab::core
