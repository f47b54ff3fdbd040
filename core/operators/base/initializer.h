// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace toeplab::core
{

/// Draws initial parameters from a generator of its own, in the order of the calls: the same seed gives the same
/// network whatever ran before.
class Initializer
{
public:
    explicit Initializer(std::uint64_t seed, at::ScalarType dtype = at::kFloat);

    [[nodiscard]] at::Tensor uniform(at::IntArrayRef shape, double bound); ///< on [-bound, bound)
    [[nodiscard]] at::Tensor normal(at::IntArrayRef shape, double deviation = 1);
    [[nodiscard]] at::Tensor constant(at::IntArrayRef shape, double value);
    [[nodiscard]] at::ScalarType dtype() const { return dtype_; }

private:
    at::Generator generator_;
    at::ScalarType dtype_;
};

} // namespace toeplab::core
