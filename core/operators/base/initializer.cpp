// SPDX-License-Identifier: Apache-2.0
#include "core/operators/base/initializer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

namespace toeplab::core
{

Initializer::Initializer(std::uint64_t seed, at::ScalarType dtype)
    : generator_(at::detail::createCPUGenerator(seed)), dtype_(dtype)
{
}

at::Tensor Initializer::uniform(at::IntArrayRef shape, double bound)
{
    return at::empty(shape, dtype_).uniform_(-bound, bound, generator_);
}

at::Tensor Initializer::normal(at::IntArrayRef shape, double deviation)
{
    return at::empty(shape, dtype_).normal_(0, deviation, generator_);
}

at::Tensor Initializer::constant(at::IntArrayRef shape, double value)
{
    return at::full(shape, value, dtype_);
}

} // namespace toeplab::core
