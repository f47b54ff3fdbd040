// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

#include <map>
#include <string>
#include <vector>

namespace toeplab::core::testing
{

using Values = std::vector<double>;

/// An operator's parameters and buffers by name.
class Parameters
{
public:
    explicit Parameters(const ToeplitzOperator& toeplitz);

    [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) != 0; }
    [[nodiscard]] const Values& operator[](const std::string& name) const { return values_.at(name); }
    [[nodiscard]] std::int64_t columns(const std::string& name) const { return columns_.at(name); }

private:
    std::map<std::string, Values> values_;
    std::map<std::string, std::int64_t> columns_; ///< last dimension
};

[[nodiscard]] double activated(const std::string& act, double x);

/// The position network's answer to one number, a value an output.
[[nodiscard]] Values network(const Parameters& parameters, const MixerSettings& mixer, bool dpb, double position);

} // namespace toeplab::core::testing
