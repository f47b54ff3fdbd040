// SPDX-License-Identifier: Apache-2.0
// Parts of a network, and the values that they start from.
#include "core/operators/base/module.h"

#include "core/operators/base/initializer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

namespace toeplab::core
{

void moveTo(const std::vector<NamedTensor>& tensors, c10::Device device)
{
    const at::NoGradGuard no_graph;
    for (const NamedTensor& tensor : tensors)
        at::Tensor(tensor.value).set_data(tensor.value.to(device));
}

std::vector<NamedTensor> Module::parameters() const
{
    std::vector<NamedTensor> out;
    collect({}, true, out);
    return out;
}

std::vector<NamedTensor> Module::buffers() const
{
    std::vector<NamedTensor> out;
    collect({}, false, out);
    return out;
}

void Module::setTraining(bool training)
{
    training_ = training;
    for (const auto& [name, part] : parts_)
        part->setTraining(training);
}

at::Tensor Module::addParameter(std::string name, at::Tensor value)
{
    value.requires_grad_(true);
    parameters_.push_back({std::move(name), value});
    return value;
}

at::Tensor Module::addBuffer(std::string name, at::Tensor value)
{
    buffers_.push_back({std::move(name), value});
    return value;
}

void Module::addPart(std::string name, Module& part)
{
    parts_.emplace_back(std::move(name), &part);
}

void Module::collect(const std::string& prefix, bool trained, std::vector<NamedTensor>& out) const
{
    for (const NamedTensor& own : trained ? parameters_ : buffers_)
        out.push_back({prefix + own.name, own.value});
    for (const auto& [name, part] : parts_)
        part->collect(name.empty() ? prefix : prefix + name + '.', trained, out);
}

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
