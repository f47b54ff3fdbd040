// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_data.h"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace toeplab::core::testing
{

/// A folder of its own for each test, gone with it.
class Folder
{
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

/// Three kernels: a sequence layer, and one of each axis of a two-axis layer.
[[nodiscard]] RunHeader sampleHeader();
[[nodiscard]] MetricsRow sampleRow(std::int64_t step);
[[nodiscard]] KernelSnapshot sampleKernel(const RunHeader& header, std::size_t layer_index, std::int64_t step);
[[nodiscard]] LadderSnapshot sampleLadder(const RunHeader& header, std::int64_t step);
/// Tensors of every type and of awkward shapes, with NaN and infinity among the values.
[[nodiscard]] Checkpoint sampleCheckpoint(std::int64_t step);

[[nodiscard]] TensorBlob tensorOf(const std::string& dtype, std::vector<std::int64_t> shape, std::uint32_t seed);

[[nodiscard]] std::vector<std::byte> bytesOf(const std::string& path);
void writeBytes(const std::string& path, std::span<const std::byte> bytes);

} // namespace toeplab::core::testing

namespace toeplab::core
{

/// Equal to the last bit, NaN included.
[[nodiscard]] bool sameBits(double a, double b);
bool operator==(const MetricsRow& a, const MetricsRow& b);
bool operator==(const ValidationRow& a, const ValidationRow& b);
bool operator==(const RunEvent& a, const RunEvent& b);
bool operator==(const LadderSnapshot& a, const LadderSnapshot& b);
bool operator==(const TensorBlob& a, const TensorBlob& b);
bool operator==(const Checkpoint& a, const Checkpoint& b);
bool operator==(const RunHeader& a, const RunHeader& b);

} // namespace toeplab::core
