// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/embedding/embedding_gpu.h"
#include "kernels/norm/norm_gpu.h"
#include "kernels/pointwise/pointwise_gpu.h"
#include "kernels/rpe/rpe_gpu.h"

namespace toeplab::kernels::gpu
{

class WarpTable;
struct WarpView;

/// The part of the table (kernels/device/gpu_table.h) that makes networks of operators.
struct LayerTable {
    // kernels/pointwise/pointwise_gpu.h
    int (*activate)(Context* context, Activation activation, std::int64_t count, Number number, const void* x,
                    void* y) = nullptr;
    int (*activateBackward)(Context* context, Activation activation, std::int64_t count, Number number, const void* x,
                            const void* g, void* dx) = nullptr;
    int (*dropoutAdd)(Context* context, const Dropout* dropout, std::int64_t rows, std::int64_t length, Number number,
                      const void* residual, const void* x, void* y) = nullptr;
    int (*addProduct)(Context* context, std::int64_t batch, std::int64_t channels, std::int64_t length, Number number,
                      const void* product, const float* bias, const float* residual, float* y) = nullptr;
    int (*gateInput)(Context* context, const GateShape* shape, Number number, const void* z, const float* bias,
                     void* v) = nullptr;
    int (*gateOutput)(Context* context, const GateShape* shape, const Dropout* dropout, Number number, const void* z,
                      const float* bias, const void* y, void* o) = nullptr;
    int (*gateOutputBackward)(Context* context, const GateShape* shape, const Dropout* dropout, Number number,
                              const void* z, const float* bias, const void* y, const void* go, void* dz, void* dy,
                              void* o, float* dbias) = nullptr;
    int (*gateInputBackward)(Context* context, const GateShape* shape, Number number, const void* z, const float* bias,
                             const void* dv, void* dz, float* dbias) = nullptr;
    int (*gluForward)(Context* context, const GateShape* shape, const Dropout* dropout, Number number, const void* z,
                      const float* bias, void* a) = nullptr;
    int (*gluBackward)(Context* context, const GateShape* shape, const Dropout* dropout, Number number, const void* z,
                       const float* bias, const void* ga, void* dz, void* a, float* dbias) = nullptr;

    // kernels/norm/norm_gpu.h; Number is that of y and g
    int (*channelNormForward)(Context* context, const ChannelNormShape* shape,
                              const ChannelNormParameters<const float>* parameters, Number number, const float* x,
                              void* y, float* mean, float* inverse) = nullptr;
    int (*channelNormBackward)(Context* context, const ChannelNormShape* shape,
                               const ChannelNormParameters<const float>* parameters, Number number, const float* x,
                               const float* mean, const float* inverse, const void* g, const float* add, float* dx,
                               const ChannelNormParameters<float>* gradients) = nullptr;
    int (*gateNormForward)(Context* context, const GateShape* shape, const Dropout* dropout, ChannelNorm kind,
                           const ChannelNormParameters<const float>* parameters, Number number, const void* z,
                           const float* bias, const void* y, void* o, float* mean, float* inverse) = nullptr;
    int (*gateNormBackward)(Context* context, const GateShape* shape, const Dropout* dropout, ChannelNorm kind,
                            const ChannelNormParameters<const float>* parameters, Number number, const void* z,
                            const float* bias, const void* y, const float* mean, const float* inverse, const void* g,
                            void* dz, void* dy, void* o, float* dbias,
                            const ChannelNormParameters<float>* gradients) = nullptr;
    int (*batchNormForward)(Context* context, const RowNormShape* shape, Number number, const float* weight,
                            const float* bias, float epsilon, const float* x, void* y, float* mean, float* inverse,
                            float* variance) = nullptr;
    int (*batchNormApply)(Context* context, const RowNormShape* shape, Number number, const float* weight,
                          const float* bias, const float* mean, const float* inverse, const float* x,
                          void* y) = nullptr;
    int (*batchNormBackward)(Context* context, const RowNormShape* shape, Number number, const float* weight,
                             const float* mean, const float* inverse, int fixed, const float* x, const void* g,
                             const float* add, float* dx, float* dweight, float* dbias) = nullptr;
    int (*instanceNormForward)(Context* context, const RowNormShape* shape, Number number, float epsilon,
                               const float* x, void* y, float* mean, float* inverse) = nullptr;
    int (*instanceNormBackward)(Context* context, const RowNormShape* shape, Number number, const float* mean,
                                const float* inverse, const float* x, const void* g, const float* add,
                                float* dx) = nullptr;
    int (*rowRmsForward)(Context* context, const RowNormShape* shape, Number number, float epsilon, const float* x,
                         void* y, float* inverse) = nullptr;
    int (*rowRmsBackward)(Context* context, const RowNormShape* shape, Number number, float epsilon,
                          const float* inverse, const float* x, const void* g, const float* add, float* dx) = nullptr;

    // kernels/embedding/embedding_gpu.h
    int (*embedTokens)(Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                       const std::int64_t* tokens, const float* table, const float* positions, void* y) = nullptr;
    int (*embedTokensBackward)(Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                               const std::int64_t* tokens, const void* g, float* dtable) = nullptr;
    int (*embedPixels)(Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                       const float* x, const float* weight, const float* bias, const float* positions,
                       void* y) = nullptr;
    int (*embedPixelsBackward)(Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                               const float* x, const float* weight, const void* g, float* dweight, float* dbias,
                               float* dx) = nullptr;
    int (*pool)(Context* context, const PoolShape* shape, Number number, const std::int64_t* lengths, const void* x,
                float* y) = nullptr;
    int (*poolBackward)(Context* context, const PoolShape* shape, Number number, const std::int64_t* lengths,
                        const float* g, void* dx) = nullptr;

    // kernels/rpe/rpe_gpu.h; fits becomes 0 or 1
    int (*rpeFits)(Context* context, const RpeShape* shape, int* fits) = nullptr;
    int (*rpeForward)(Context* context, const RpeShape* shape, const RpeParameters* parameters, const float* t,
                      float* y, float* kept) = nullptr;
    int (*rpeBackward)(Context* context, const RpeShape* shape, const RpeParameters* parameters, const float* t,
                       const float* kept, const float* g, float* gradients) = nullptr;

    // kernels/ski/warp_gpu.h
    int (*createWarpTable)(Context* context, const WarpView* plan, WarpTable** table) = nullptr;
    int (*destroyWarpTable)(WarpTable* table) = nullptr;
    int (*warpForward)(const WarpTable* table, std::int64_t channels, const float* alphas, const float* betas,
                       float* kernel) = nullptr;
    int (*warpBackward)(const WarpTable* table, std::int64_t channels, const float* g, float* dalphas,
                        float* dbetas) = nullptr;
};

} // namespace toeplab::kernels::gpu
