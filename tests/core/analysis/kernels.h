// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace toeplab::core
{

/// The kernel t_k = f(k), k = -(n-1)..n-1.
template <typename Function>
std::vector<double> kernelOf(std::int64_t n, Function&& f)
{
    std::vector<double> kernel;
    for (std::int64_t k = -(n - 1); k < n; ++k) {
        kernel.push_back(f(k));
    }
    return kernel;
}

inline std::vector<double> identityKernel(std::int64_t n)
{
    return kernelOf(n, [](std::int64_t k) { return k == 0 ? 1.0 : 0.0; });
}

/// T_ij = t_{i-j}, row-major.
inline std::vector<double> denseMatrix(const std::vector<double>& kernel)
{
    const std::size_t n = (kernel.size() + 1) / 2;
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            matrix[i * n + j] = kernel[n - 1 + i - j];
        }
    }
    return matrix;
}

} // namespace toeplab::core
