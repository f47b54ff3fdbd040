// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

#include <string>

namespace toeplab::core
{

/// The product with one kernel, (channels, before + 1 + after) at lags -before..after, over n positions: what tno, fd,
/// direct and causal ski come to. Two algorithms give the same sums: by transforms, O(n log n) a line, or term by term
/// (direct), O(n lags) and causal to the last bit, which is the faster one on short axes. A third is for causal
/// kernels: in blocks, O(n log^2 n), causal to the last bit at any length.
struct Convolution {
    std::int64_t n = 1;
    std::int64_t before = 0;
    std::int64_t after = 0;
    bool direct = false;
    bool blocks = false;

    /// `algorithm` is mixer.algorithm: auto takes the faster one of fft and direct by kernels/direct/choice.h; blocks
    /// is fft where before > 0.
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

/// The binary tree of the algorithm `blocks` over n positions: leaves of equal size that are multiplied term by term.
struct BlockTree {
    std::int64_t leaf = 1, levels = 0;

    [[nodiscard]] static BlockTree over(std::int64_t n);
    /// Positions of a block on this level; level 0 has the leaves, `levels` the whole, which is at least n.
    [[nodiscard]] std::int64_t size(std::int64_t level) const { return leaf << level; }
    [[nodiscard]] std::string algorithm() const; ///< "blocks of 2,048, direct within 64"
};

/// The algorithm `blocks`, before = 0 (convolution/block_map.cpp).
[[nodiscard]] std::shared_ptr<const ToeplitzMap> makeBlockMap(const Convolution& convolution);

/// y = A x + B x for the operands of A followed by those of B. A's forward keeps nothing. `algorithm`: how it is
/// called.
[[nodiscard]] std::shared_ptr<const ToeplitzMap>
makeSumMap(std::shared_ptr<const ToeplitzMap> a, std::shared_ptr<const ToeplitzMap> b, std::string algorithm);

/// T 1 for a kernel (channels, before + 1 + after), with a graph: d_i = sum of k(t) over i-(n-1) <= t <= i.
[[nodiscard]] at::Tensor rowSums(const Convolution& convolution, const at::Tensor& kernel);

/// (channels, 2n - 1) from lags -before..after, zero elsewhere.
[[nodiscard]] at::Tensor fullKernel(const Convolution& convolution, const at::Tensor& kernel);

} // namespace toeplab::core
