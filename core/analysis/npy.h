// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// An array of NumPy's .npy format (versions 1 to 3), little-endian float32 or float64, in C order.
struct NpyArray {
    std::vector<std::int64_t> shape; ///< empty: a single value
    std::vector<double> values;      ///< row-major
};
/// The error says what the file holds instead and the line of Python that writes it as needed.
[[nodiscard]] Result<NpyArray> readNpy(const std::string& path);

/// Writes float32 in C order, version 1.0. The values fill the shape.
[[nodiscard]] Result<void> writeNpy(const std::string& path, std::span<const std::int64_t> shape,
                                    std::span<const float> values);

/// A kernel of shape (2n-1,) or (channels, 2n-1) from lag -(n-1).
struct KernelArray {
    std::int64_t channels = 0, length = 0; ///< n
    std::vector<double> values;            ///< (channels, 2n-1)
};
[[nodiscard]] Result<KernelArray> readKernelArray(const std::string& path);

} // namespace toeplab::core
