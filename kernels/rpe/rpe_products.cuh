// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/rpe/rpe.cuh"

namespace toeplab::kernels::gpu
{

/// The gradients of all matrices, dW_s = sum over positions of (gradient of x_{s+1}) a_s^T, in one launch: a block does
/// a square of one matrix over one chunk of positions.
struct RpeProducts {
    int columns = 0;         ///< squares side by side
    int squares = 0;         ///< of a stage but the last
    int all = 0;             ///< of all stages
    std::int64_t span = 0;   ///< positions of a chunk
    std::int64_t chunks = 0; ///< by the shape alone: the same sums on every device
    RpeShape shape;

    explicit RpeProducts(const RpeShape& network);

    /// activations (stages, width, positions), gradients of x_1, x_2, ... (stages - 1, width, positions), g (outputs,
    /// positions) -> partial (chunks, matrices).
    void start(const Context& context, const float* activations, const float* gradients, const float* g,
               float* partial) const;
};

} // namespace toeplab::kernels::gpu
