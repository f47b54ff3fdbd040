// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// C = op(A) op(B) + beta C, row-major, op(A) m x k, op(B) k x n, C m x n; leading dimensions in elements.
/// MKL's product; it uses threads of its own unless it is called from inside a parallel region.
template <typename T>
void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc);

/// Products of one matrix W with every sample of a batch in (batch, channels, length) layout.
struct ProjectionShape {
    std::int64_t batch = 0;
    std::int64_t in = 0;     ///< channels of x
    std::int64_t out = 0;    ///< channels of y
    std::int64_t length = 0; ///< positions, contiguous
};

/// y[b] = W x[b] + init: `w` is (out, in); where `residual` is set y starts as residual + bias, else as bias, else as
/// 0.
template <typename T>
void projectForward(const ProjectionShape& shape, const T* w, const T* bias, const T* residual, const T* x, T* y);

/// dx[b] = W^T g[b] (or += where `accumulate`).
template <typename T>
void projectBackwardInput(const ProjectionShape& shape, const T* w, const T* g, bool accumulate, T* dx);

/// dw = sum_b g[b] x[b]^T, in an order that depends on the number of threads alone.
template <typename T>
void projectBackwardWeight(const ProjectionShape& shape, const T* g, const T* x, T* dw);

/// out[c] = sum over batch and length of g (batch, channels, length).
template <typename T>
void sumRows(std::int64_t batch, std::int64_t channels, std::int64_t length, const T* g, T* out);

} // namespace toeplab::kernels
