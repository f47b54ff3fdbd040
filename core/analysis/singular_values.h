// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace toeplab::core
{

/// Singular values of the n x n matrix T_ij = t_{i-j}, descending. T with its rows in reverse order is the Hankel
/// matrix t_{n-1-i-j}: symmetric, with the same singular values, which are therefore the absolute values of its
/// eigenvalues (Householder's tridiagonal form, then implicit QL). Absolute error about 1e-15 times the largest.
/// O(n^3): 10 ms at 256.
[[nodiscard]] std::vector<double> singularValues(std::span<const double> kernel);

/// Those of the circulant matrix nearest to T in the Frobenius norm (T. Chan 1988), descending: the moduli of the
/// discrete Fourier transform of c_k = ((n-k) t_k + k t_{k-n}) / n. O(n log n) for any n.
[[nodiscard]] std::vector<double> circulantSingularValues(std::span<const double> kernel);

/// exp(-sum p ln p), p the values over their sum (Roy & Vetterli 2007); 0 where all are 0. Values >= 0.
[[nodiscard]] double effectiveRank(std::span<const double> values);

/// Eigenvalues of a symmetric matrix, n x n, row-major, ascending. Destroys `matrix`.
[[nodiscard]] std::vector<double> symmetricEigenvalues(std::vector<double>& matrix, std::size_t n);

} // namespace toeplab::core
