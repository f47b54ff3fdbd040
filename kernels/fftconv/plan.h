// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>

struct DFTI_DESCRIPTOR;

namespace toeplab::kernels
{

/// Real FFT of one row: forward gives length/2 + 1 complex values, unscaled; backward is its inverse, scaled by
/// 1/length. Runs on the calling thread; input and output do not overlap. A plan belongs to one thread.
template <typename T>
class RealPlan
{
public:
    explicit RealPlan(std::int64_t length);
    RealPlan(const RealPlan&) = delete;
    RealPlan& operator=(const RealPlan&) = delete;
    ~RealPlan();

    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] std::int64_t bins() const { return length_ / 2 + 1; }
    void forward(const T* in, std::complex<T>* out) const;
    void backward(const std::complex<T>* in, T* out) const; ///< the input may be destroyed

private:
    std::int64_t length_ = 0;
    DFTI_DESCRIPTOR* handle_ = nullptr;
};

/// The calling thread's plan of this length; the 16 used last are kept.
template <typename T>
[[nodiscard]] const RealPlan<T>& realPlan(std::int64_t length);

/// The cheapest transform length that is at least `least`: an even product of 2s, 3s and 5s (1 for 1).
[[nodiscard]] std::int64_t fastLength(std::int64_t least);

} // namespace toeplab::kernels
