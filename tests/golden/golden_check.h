// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/base/module.h"
#include "tests/support/golden_file.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace toeplab::tests
{

/// Copies the case's params/ and buffers/ into a module's by name. Every name of either side must find its partner,
/// but for `ignored` buffers (suffixes) that the case has and the module derives itself.
void load(const GoldenCase& golden, const std::vector<core::NamedTensor>& parameters,
          const std::vector<core::NamedTensor>& buffers, const std::vector<std::string>& ignored = {});

/// Largest error over largest value within the case's tolerance for outputs (1e-11, float32 2e-5).
void expectOutput(const GoldenCase& golden, const at::Tensor& actual, const std::string& path = "output");

/// Differentiates sum(output * cotangent) and compares the gradients of the parameters and of the inputs, named as in
/// grad/input[/NAME] (tolerance 1e-9, float32 2e-5). Every gradient of the case must be there, and no other but zeros.
struct NamedInput {
    std::string path; ///< "grad/input" or "grad/input/x"
    at::Tensor value; ///< a leaf; the gradient as the case lays it out is made by that leaf's layout
};
void expectGradients(const GoldenCase& golden, const at::Tensor& output,
                     const std::vector<core::NamedTensor>& parameters, const std::vector<NamedInput>& inputs);

/// The case's input as a leaf in its own layout.
[[nodiscard]] at::Tensor inputLeaf(const GoldenCase& golden, const std::string& path = "input");

/// The runners, one a family of cases. Each fails the current test by GoogleTest's means.
void runPositionNetwork(const GoldenCase& golden);
void runOperator(const GoldenCase& golden);
void runHilbert(const GoldenCase& golden);
void runUnit(const GoldenCase& golden);
void runLayer(const GoldenCase& golden);
void runMixerBlock(const GoldenCase& golden);
void runClassifier(const GoldenCase& golden);

} // namespace toeplab::tests
