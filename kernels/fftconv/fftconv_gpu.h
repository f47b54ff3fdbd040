// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"
#include "kernels/fftconv/fftconv.h"

namespace toeplab::kernels::gpu
{

/// kernels/fftconv/fftconv.h on the device, by transforms of a power of two. Up to 16384 (two-sided kernels: 8192
/// positions) one kernel does it all in shared memory: x is read and y written once. Two rows of a channel share a
/// complex transform, one as its real and one as its imaginary part: for a real kernel their products do not mix, and
/// nothing has to be separated. Longer products go through the library's real transforms,
/// kernels/fftconv/fft_library.h. Kernels are (channels, lags), float.
template <typename T>
void toeplitzForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y);

/// Either result may be null. The kernel's gradient is summed in a fixed order: the same bits on each repeat.
template <typename T>
void toeplitzBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                      float* dkernel);

/// The causal kernel of FD from a real response on N/2 + 1 frequencies (channels, N/2 + 1): with rho the even inverse
/// transform, k_0 = rho_0, k_t = 2 rho_t for 0 < t < length (channels, length). N = 2^ceil(log2 2 length).
struct CausalShape {
    static constexpr std::int64_t kMostLags = 8192; ///< of which N is what a block has room for

    std::int64_t channels = 0;
    std::int64_t length = 0;

    [[nodiscard]] std::int64_t transform() const
    {
        std::int64_t size = 2;
        while (size < 2 * length)
            size *= 2;
        return size;
    }
};
/// Whether the device has room for it in a block.
[[nodiscard]] bool causalKernelFits(const Context& context, const CausalShape& shape);
void causalKernelForward(Context& context, const CausalShape& shape, const float* response, float* kernel);
void causalKernelBackward(Context& context, const CausalShape& shape, const float* dkernel, float* dresponse);

} // namespace toeplab::kernels::gpu
