// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace toeplab::core
{

struct NamedTensor {
    std::string name; ///< the published code's name where it has one: "model.layers.0.layer.u_proj.weight"
    at::Tensor value;
};

/// Moves tensors to a device in place: every handle to them, leaves of the graph or not, sees them there.
void moveTo(const std::vector<NamedTensor>& tensors, c10::Device device);

/// A part of a network: parameters (trained), buffers (not), and parts of its own, all under names that join with dots
/// in the order of registration. Values are shared handles: writing into one in place changes the network.
class Module
{
public:
    Module() = default;
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    virtual ~Module() = default;

    [[nodiscard]] std::vector<NamedTensor> parameters() const;
    [[nodiscard]] std::vector<NamedTensor> buffers() const;

    /// Batch statistics and dropout on (as a new network has them) or off, here and in every part.
    void setTraining(bool training);
    [[nodiscard]] bool training() const { return training_; }

protected:
    /// Makes `value` a trained leaf of the graph and returns the handle.
    at::Tensor addParameter(std::string name, at::Tensor value);
    at::Tensor addBuffer(std::string name, at::Tensor value);
    /// The part must outlive this (it is a member, usually). An empty name joins its names into this level.
    void addPart(std::string name, Module& part);

private:
    void collect(const std::string& prefix, bool trained, std::vector<NamedTensor>& out) const;

    std::vector<NamedTensor> parameters_;
    std::vector<NamedTensor> buffers_;
    std::vector<std::pair<std::string, Module*>> parts_;
    bool training_ = true;
};

} // namespace toeplab::core
