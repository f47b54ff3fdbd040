// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

#include <string>

namespace toeplab::core
{

/// The product with one kernel, (channels, before + 1 + after) at lags -before..after, over n positions: what tno, fd,
/// direct and causal ski come to. Two algorithms give the same sums: by transforms, O(n log n) a line, or term by term
/// (direct), O(n lags) and causal to the last bit, which is the faster one on short axes.
struct Convolution {
    std::int64_t n = 1;
    std::int64_t before = 0;
    std::int64_t after = 0;
    bool direct = false;

    /// `algorithm` is mixer.algorithm: auto takes the faster one by kernels/direct/choice.h.
    [[nodiscard]] static Convolution of(std::int64_t n, std::int64_t before, std::int64_t after,
                                        const std::string& algorithm);

    [[nodiscard]] std::string algorithm() const; ///< "FFT of 4,096", "direct 32 x 32"
    /// Floating-point operations of a batch, forward and backward.
    [[nodiscard]] double operations(std::int64_t batch, std::int64_t channels) const;
};

/// y = T x for one operand, the kernel.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeConvolutionMap(const Convolution& convolution);

/// y = (T x) / d for the operands of `inner` followed by d (channels, n), the row sums T 1.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeNormalizedMap(std::shared_ptr<const ToeplitzMap> inner);

/// y = A x + B x for the operands of A followed by those of B. A's forward keeps nothing.
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeSumMap(std::shared_ptr<const ToeplitzMap> a,
                                                            std::shared_ptr<const ToeplitzMap> b);

/// T 1 for a kernel (channels, before + 1 + after), with a graph: d_i = sum of k(t) over i-(n-1) <= t <= i.
[[nodiscard]] at::Tensor rowSums(const Convolution& convolution, const at::Tensor& kernel);

/// (channels, 2n - 1) from lags -before..after, zero elsewhere.
[[nodiscard]] at::Tensor fullKernel(const Convolution& convolution, const at::Tensor& kernel);

} // namespace toeplab::core
