// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace toeplab::core::testing
{

/// An operator with one option, or a few that belong together, away from the defaults.
struct Variant {
    std::string name;
    std::function<void(MixerSettings&)> change;

    [[nodiscard]] MixerSettings settings() const;
    friend std::ostream& operator<<(std::ostream& out, const Variant& variant) { return out << variant.name; }
};

/// Every kind, mode, network and input, causal and not. `rank` is their number of inducing points.
[[nodiscard]] const std::vector<Variant>& variants();
[[nodiscard]] Variant variant(const std::string& name);

/// For gtest's parameter names.
template <typename Info>
[[nodiscard]] std::string variantName(const Info& info)
{
    return info.param.name;
}

/// Lengths from `shortest` up that the variant can mix: interpolation needs as many positions as inducing points.
[[nodiscard]] std::int64_t shortestLength(const MixerSettings& mixer);

/// Makes it in double precision, its constant initial values moved away from 0 and 1. Throws the problem's sentence.
[[nodiscard]] std::unique_ptr<ToeplitzOperator> makeDouble(const OperatorRequest& request, std::uint64_t seed = 1);
[[nodiscard]] std::unique_ptr<ToeplitzOperator> makeDouble(const MixerSettings& mixer, std::int64_t channels,
                                                           std::int64_t n, std::uint64_t seed = 1);

/// max |a - b| / max(1, max |b|); infinite where the shapes differ or a value is not finite.
[[nodiscard]] double worst(const at::Tensor& a, const at::Tensor& b);

/// y[b, c, i] = sum_j T[c, i, j] x[b, c, j]
[[nodiscard]] at::Tensor times(const at::Tensor& matrix, const at::Tensor& x);

/// Random values from a seed of their own.
[[nodiscard]] at::Tensor normal(at::IntArrayRef shape, std::uint64_t seed);

} // namespace toeplab::core::testing
