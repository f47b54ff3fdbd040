// SPDX-License-Identifier: Apache-2.0
#include "core/operators/base/module.h"

#include <ATen/core/grad_mode.h>

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

} // namespace toeplab::core
