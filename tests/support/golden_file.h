// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace toeplab::tests
{

/// A case of a file with reference vectors: what went in, what came out, and the gradients of sum(output * cotangent).
class GoldenCase
{
public:
    GoldenCase(std::string file, std::string name);
    ~GoldenCase();
    GoldenCase(GoldenCase&&) noexcept;

    std::string file; ///< without folder and extension
    std::string name;
    std::string source; ///< the code that made it
    std::string meaning;
    at::ScalarType dtype = at::kDouble;
    nlohmann::json config;

    [[nodiscard]] bool has(const std::string& path) const;
    /// A dataset by its path below the case ("params/o.weight"), in its own type.
    [[nodiscard]] at::Tensor tensor(const std::string& path) const;
    /// Names of the datasets of a group, at any depth ("" when there is none).
    [[nodiscard]] std::vector<std::string> names(const std::string& group) const;

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

/// TOEPLAB_GOLDEN_DIR, or empty.
[[nodiscard]] std::string goldenDirectory();
/// Files there, without extension, sorted.
[[nodiscard]] std::vector<std::string> goldenFiles();
/// The cases that a file lists.
[[nodiscard]] std::vector<std::string> goldenCases(const std::string& file);

} // namespace toeplab::tests
