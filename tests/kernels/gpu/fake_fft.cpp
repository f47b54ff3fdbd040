// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu_context.h"
#include "kernels/fftconv/fft_library.h"

#include <cmath>
#include <complex>
#include <vector>

namespace toeplab::kernels::gpu
{
namespace
{

using Values = std::vector<std::complex<double>>;

/// Sum_j v[j] e^(sign 2 pi i j k / n) for all k; n = 2^a or 3 2^a.
Values transformed(const Values& v, double sign)
{
    const std::size_t n = v.size();
    if (n == 1)
        return v;
    Values result(n);
    const auto root = [&](std::size_t k) {
        return std::polar(1.0, sign * 2 * 3.14159265358979323846 * static_cast<double>(k % n) / static_cast<double>(n));
    };
    if (n % 2 != 0) {
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j)
                result[k] += v[j] * root(j * k);
        return result;
    }
    Values even(n / 2);
    Values odd(n / 2);
    for (std::size_t j = 0; j < n / 2; ++j) {
        even[j] = v[2 * j];
        odd[j] = v[2 * j + 1];
    }
    even = transformed(even, sign);
    odd = transformed(odd, sign);
    for (std::size_t k = 0; k < n / 2; ++k) {
        const std::complex<double> turned = root(k) * odd[k];
        result[k] = even[k] + turned;
        result[k + n / 2] = even[k] - turned;
    }
    return result;
}

/// What cuFFT is on a device: the contract of FftLibrary, in double.
class PlainFft final : public FftLibrary
{
public:
    void forward(std::int64_t size, std::int64_t rows, float* values) override
    {
        for (std::int64_t row = 0; row < rows; ++row, values += size + 2) {
            const Values spectrum = transformed(Values(values, values + size), -1);
            for (std::int64_t k = 0; k <= size / 2; ++k) {
                values[2 * k] = static_cast<float>(spectrum[static_cast<std::size_t>(k)].real());
                values[2 * k + 1] = static_cast<float>(spectrum[static_cast<std::size_t>(k)].imag());
            }
        }
    }
    void backward(std::int64_t size, std::int64_t rows, float* values) override
    {
        for (std::int64_t row = 0; row < rows; ++row, values += size + 2) {
            Values spectrum(static_cast<std::size_t>(size));
            for (std::int64_t k = 0; k < size; ++k) {
                const std::int64_t bin = k <= size / 2 ? k : size - k;
                const bool mirrored = k > size / 2;
                spectrum[static_cast<std::size_t>(k)] = {values[2 * bin],
                                                         mirrored ? -values[2 * bin + 1] : values[2 * bin + 1]};
            }
            const Values result = transformed(spectrum, 1);
            for (std::int64_t i = 0; i < size; ++i)
                values[i] = static_cast<float>(result[static_cast<std::size_t>(i)].real());
        }
    }
};

} // namespace

std::unique_ptr<FftLibrary> makeFftLibrary(Context& /*context*/)
{
    return std::make_unique<PlainFft>();
}

} // namespace toeplab::kernels::gpu
