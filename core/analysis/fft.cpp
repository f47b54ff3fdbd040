// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/fft.h"

#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace toeplab::core
{

std::size_t powerOfTwo(std::size_t least)
{
    std::size_t size = 1;
    while (size < least)
        size *= 2;
    return size;
}

Fft::Fft(std::size_t size) : size_(size)
{
    if (size == 0 || (size & (size - 1)) != 0) {
        std::fprintf(stderr, "Fft: size %zu is not a power of two\n", size);
        std::abort();
    }
    twiddles_.resize(size / 2);
    for (std::size_t k = 0; k < size / 2; ++k)
        twiddles_[k] = std::polar(1.0, -2 * std::numbers::pi * double(k) / double(size));
    reversed_.resize(size);
    for (std::size_t i = 1; i < size; ++i)
        reversed_[i] = (reversed_[i / 2] / 2) | ((i % 2) != 0 ? size / 2 : 0);
}

void Fft::forward(std::vector<std::complex<double>>& data) const
{
    if (data.size() != size_) {
        std::fprintf(stderr, "Fft: %zu values for a plan of %zu\n", data.size(), size_);
        std::abort();
    }
    for (std::size_t i = 0; i < size_; ++i) {
        if (i < reversed_[i])
            std::swap(data[i], data[reversed_[i]]);
    }
    for (std::size_t half = 1; half < size_; half *= 2) {
        const std::size_t stride = size_ / (2 * half);
        for (std::size_t start = 0; start < size_; start += 2 * half) {
            for (std::size_t k = 0; k < half; ++k) {
                const std::complex<double> w = twiddles_[k * stride], b = data[start + half + k];
                // written out: operator* of std::complex checks for infinities
                const std::complex<double> turned(w.real() * b.real() - w.imag() * b.imag(),
                                                  w.real() * b.imag() + w.imag() * b.real());
                data[start + half + k] = data[start + k] - turned;
                data[start + k] += turned;
            }
        }
    }
}

void Fft::inverse(std::vector<std::complex<double>>& data) const
{
    for (auto& value : data)
        value = std::conj(value);
    forward(data);
    for (auto& value : data)
        value = std::conj(value) / double(size_);
}

std::vector<std::complex<double>> fourierTransform(std::vector<std::complex<double>> data)
{
    const std::size_t n = data.size();
    if (n > 0 && (n & (n - 1)) == 0) {
        Fft(n).forward(data);
        return data;
    }
    // m k = (m^2 + k^2 - (m-k)^2) / 2: multiply by the chirp, convolve with its conjugate, multiply again.
    const Fft fft(powerOfTwo(2 * n));
    std::vector<std::complex<double>> chirp(n), padded(fft.size()), filter(fft.size());
    for (std::size_t k = 0; k < n; ++k) {
        chirp[k] = std::polar(1.0, -std::numbers::pi * double(k * k % (2 * n)) / double(n)); // exp(-pi i k^2 / n)
        padded[k] = data[k] * chirp[k];
        filter[k] = filter[(fft.size() - k) % fft.size()] = std::conj(chirp[k]);
    }
    fft.forward(padded);
    fft.forward(filter);
    for (std::size_t i = 0; i < padded.size(); ++i)
        padded[i] *= filter[i];
    fft.inverse(padded);
    for (std::size_t m = 0; m < n; ++m)
        data[m] = padded[m] * chirp[m];
    return data;
}

} // namespace toeplab::core
