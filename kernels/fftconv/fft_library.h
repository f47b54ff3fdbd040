// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

namespace toeplab::kernels::gpu
{

class Context;

/// Batched real transforms in place, for what does not fit into shared memory: cuFFT on a device (cufft.cu), a plain
/// transform in tests. `rows` rows of size real values, size + 2 floats apart, become size / 2 + 1 complex ones, and
/// back; unscaled. size is even.
class FftLibrary
{
public:
    FftLibrary() = default;
    FftLibrary(const FftLibrary&) = delete;
    FftLibrary& operator=(const FftLibrary&) = delete;
    virtual ~FftLibrary() = default;

    virtual void forward(std::int64_t size, std::int64_t rows, float* values) = 0;
    virtual void backward(std::int64_t size, std::int64_t rows, float* values) = 0;
};

/// On the context's stream, with memory of its allocator.
[[nodiscard]] std::unique_ptr<FftLibrary> makeFftLibrary(Context& context);

} // namespace toeplab::kernels::gpu
