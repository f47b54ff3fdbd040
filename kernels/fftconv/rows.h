// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/isa.h"
#include "kernels/fftconv/transform.h"

namespace toeplab::kernels
{

/// Circular convolutions of real rows by complex transforms, two rows at a time: the rows are the real and the
/// imaginary part of one complex row, and as the kernel is real its product with the transform keeps them apart. So no
/// spectrum is ever taken to pieces, and rows are read and written where they are.
///
/// Pass by pass a transform visits memory once for a radix of up to 8; the last lanes^2 values (64 for float with AVX)
/// are transformed, multiplied with the kernel's and transformed back without leaving the registers. `work` and spectra
/// are buffers of 2 plan.length values, 64-byte aligned, `padding` too.
template <typename T>
struct TransformRows {
    /// A pair of rows of n <= length values; `second` null: one row.
    struct Pair {
        const T* first = nullptr;
        const T* second = nullptr;
    };
    struct Output {
        T* first = nullptr;
        T* second = nullptr;
    };

    /// spectrum <- scale * transform of a row of n values.
    void (*spectrum)(const TransformPlan<T>& plan, const T* row, std::int64_t n, T scale, T* padding, T* spectrum);

    /// out <- x * kernel, the first n values. `next` (may be null) are the rows of the next call: they are fetched.
    void (*convolve)(const TransformPlan<T>& plan, Pair x, std::int64_t n, const T* kernel, T* work, T* padding,
                     Output out, Pair next);

    /// The way back: with X and G the transforms of x and g, sum <- sum + G conj(X), whose real part in the time domain
    /// is the correlation of g and x summed over the pair; and dx <- the first n values of g correlated with the kernel
    /// (dx.first null: not wanted). `other` is a second buffer like `work`.
    void (*correlate)(const TransformPlan<T>& plan, Pair x, Pair g, std::int64_t n, const T* kernel, T* sum, T* work,
                      T* other, T* padding, Output dx, Pair next);

    /// row <- the real part of the inverse transform (unscaled) of a spectrum, which is destroyed.
    void (*inverse)(const TransformPlan<T>& plan, T* spectrum, T* row);

    int lanes = 0;
};

/// The functions of one level; promise: cpuHas(isa).
template <typename T>
[[nodiscard]] const TransformRows<T>& transformRows(Isa isa);

} // namespace toeplab::kernels
