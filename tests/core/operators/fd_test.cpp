// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fd/fd.h"
#include "tests/core/operators/oracle.h"
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/imag.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros_like.h>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

// The frequency-domain operator: what its spectrum and its kernel owe each other.

namespace toeplab::core
{
namespace
{

using namespace testing;

/// The discrete Hilbert transform of an even spectrum of `length` values (bins of it), by its sum: the imaginary part
/// that makes the signal causal, I[k] = -(2/N) sum_m R[m] cot(pi (k - m) / N) over m with k - m odd.
at::Tensor hilbert(const at::Tensor& real)
{
    const std::int64_t bins = real.size(-1);
    const std::int64_t length = 2 * (bins - 1);
    at::Tensor imaginary = at::zeros_like(real);
    const auto in = real.accessor<double, 2>();
    auto out = imaginary.accessor<double, 2>();
    for (std::int64_t c = 0; c < real.size(0); ++c)
        for (std::int64_t k = 0; k < bins; ++k)
            for (std::int64_t m = 0; m < length; ++m)
                if ((k - m) % 2 != 0)
                    out[c][k] -= 2.0 / static_cast<double>(length) * in[c][std::min(m, length - m)] /
                                 std::tan(std::numbers::pi * static_cast<double>(k - m) / static_cast<double>(length));
    return imaginary;
}

TEST(Fd, TheCausalSpectrumIsTheResponseAndItsHilbertTransform)
{
    for (const std::int64_t bins : {3, 5, 9, 33, 65}) {
        const at::Tensor response = normal({3, bins}, 1);
        const at::Tensor spectrum = causalSpectrum(response);
        EXPECT_LT(worst(at::imag(spectrum), hilbert(response)), 1e-12) << bins;
        // The sample at lag N/2 counts twice, as published: an alternating departure from the response, D8.
        const at::Tensor departure = at::real(spectrum) - response;
        const at::Tensor alternating = departure.narrow(1, 1, bins - 1) + departure.narrow(1, 0, bins - 1);
        EXPECT_LT(alternating.abs().max().item<double>(), 1e-13) << bins;
    }
}

TEST(Fd, TheCausalKernelIsZeroAtNegativeLags)
{
    const at::NoGradGuard no_graph;
    for (const char* name : {"fd_omega_causal", "fd_cos_causal", "fd_table_causal"})
        for (const std::int64_t n : {2, 17, 64, 300}) {
            const auto op = makeDouble(variant(name).settings(), 4, n);
            const at::Tensor kernel = op->kernel(n);
            EXPECT_EQ(kernel.narrow(1, 0, n - 1).abs().max().item<double>(), 0) << name;
            EXPECT_GT(kernel.narrow(1, n - 1, n).abs().max().item<double>(), 1e-3) << name;
        }
}

/// The inverse transform of the whole causal spectrum: nothing stands at negative lags, -(N/2 - 1) .. -1.
TEST(Fd, TheInverseOfTheCausalSpectrumIsCausal)
{
    for (const std::int64_t bins : {5, 33, 129}) {
        const at::Tensor response = normal({2, bins}, 2);
        const std::int64_t length = 2 * (bins - 1);
        const at::Tensor spectrum = causalSpectrum(response);
        const auto re = at::real(spectrum).contiguous();
        const auto im = at::imag(spectrum).contiguous();
        const auto r = re.accessor<double, 2>();
        const auto i = im.accessor<double, 2>();
        for (std::int64_t t = length / 2 + 1; t < length; ++t) {
            double value = 0;
            for (std::int64_t k = 0; k < bins; ++k) {
                const double angle = 2 * std::numbers::pi * static_cast<double>(k * t) / static_cast<double>(length);
                value += (k == 0 || k == bins - 1 ? 1 : 2) * (r[0][k] * std::cos(angle) - i[0][k] * std::sin(angle));
            }
            EXPECT_LT(std::abs(value) / static_cast<double>(length), 1e-6) << t - length;
        }
    }
}

/// math.md 14: with omega the even extension has corners and the kernel decays as n^-2; with cos omega a smooth network
/// gives one that is gone within about a hundred lags.
TEST(Fd, TheCosineInputDecaysAndOmegaDoesNot)
{
    const at::NoGradGuard no_graph;
    const auto tail = [](const char* input) {
        MixerSettings mixer;
        mixer.kind = "fd";
        mixer.causal = true;
        mixer.fd_input = input;
        mixer.rpe_act = "silu";
        mixer.rpe_norm = "layernorm";
        mixer.rpe_width = 16;
        const auto op = makeDouble(mixer, 4, 512);
        const at::Tensor kernel = op->kernel(512).narrow(1, 511, 512).abs();
        return kernel.narrow(1, 400, 112).max().item<double>() / kernel.max().item<double>();
    };
    EXPECT_LT(tail("cos"), 1e-9);
    EXPECT_GT(tail("omega"), 1e-8);
}

/// One more position does not change the spectrum's length, twice as many do: both prolong the same response.
TEST(Fd, LongerSequencesSampleTheSameResponse)
{
    const at::NoGradGuard no_graph;
    const auto op = makeDouble(variant("fd_cos_causal").settings(), 2, 64);
    const at::Tensor same = op->kernel(63).narrow(1, 62, 63);
    const at::Tensor at64 = op->kernel(64).narrow(1, 63, 64);
    EXPECT_LT(worst(same, at64.narrow(1, 0, 63)), 1e-13);
    const at::Tensor at128 = op->kernel(128).narrow(1, 127, 64);
    EXPECT_LT((at64 - at128).abs().max().item<double>(), 0.1 * at64.abs().max().item<double>());
}

} // namespace
} // namespace toeplab::core
