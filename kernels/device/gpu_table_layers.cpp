// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu_entry.h"
#include "kernels/ski/warp_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

void fillPointwise(LayerTable& table)
{
    table.activate = [](Context* context, Activation activation, std::int64_t count, Number number, const void* x,
                        void* y) {
        return typed(number, [&](auto t) { activate(*context, activation, count, t.in(x), t.out(y)); });
    };
    table.activateBackward = [](Context* context, Activation activation, std::int64_t count, Number number,
                                const void* x, const void* g, void* dx) {
        return typed(number,
                     [&](auto t) { activateBackward(*context, activation, count, t.in(x), t.in(g), t.out(dx)); });
    };
    table.dropoutAdd = [](Context* context, const Dropout* dropout, std::int64_t rows, std::int64_t length,
                          Number number, const void* residual, const void* x, void* y) {
        return typed(number,
                     [&](auto t) { dropoutAdd(*context, *dropout, rows, length, t.in(residual), t.in(x), t.out(y)); });
    };
    table.addProduct = [](Context* context, std::int64_t batch, std::int64_t channels, std::int64_t length,
                          Number number, const void* product, const float* bias, const float* residual, float* y) {
        return typed(number,
                     [&](auto t) { addProduct(*context, batch, channels, length, t.in(product), bias, residual, y); });
    };
    table.gateInput = [](Context* context, const GateShape* shape, Number number, const void* z, const float* bias,
                         void* v) {
        return typed(number, [&](auto t) { gateInput(*context, *shape, t.in(z), bias, t.out(v)); });
    };
    table.gateOutput = [](Context* context, const GateShape* shape, const Dropout* dropout, Number number,
                          const void* z, const float* bias, const void* y, void* o) {
        return typed(number, [&](auto t) { gateOutput(*context, *shape, *dropout, t.in(z), bias, t.in(y), t.out(o)); });
    };
    table.gateOutputBackward = [](Context* context, const GateShape* shape, const Dropout* dropout, Number number,
                                  const void* z, const float* bias, const void* y, const void* go, void* dz, void* dy,
                                  void* o, float* dbias) {
        return typed(number, [&](auto t) {
            gateOutputBackward(*context, *shape, *dropout, t.in(z), bias, t.in(y), t.in(go), t.out(dz), t.out(dy),
                               t.out(o), dbias);
        });
    };
    table.gateInputBackward = [](Context* context, const GateShape* shape, Number number, const void* z,
                                 const float* bias, const void* dv, void* dz, float* dbias) {
        return typed(number,
                     [&](auto t) { gateInputBackward(*context, *shape, t.in(z), bias, t.in(dv), t.out(dz), dbias); });
    };
    table.gluForward = [](Context* context, const GateShape* shape, const Dropout* dropout, Number number,
                          const void* z, const float* bias, void* a) {
        return typed(number, [&](auto t) { gluForward(*context, *shape, *dropout, t.in(z), bias, t.out(a)); });
    };
    table.gluBackward = [](Context* context, const GateShape* shape, const Dropout* dropout, Number number,
                           const void* z, const float* bias, const void* ga, void* dz, void* a, float* dbias) {
        return typed(number, [&](auto t) {
            gluBackward(*context, *shape, *dropout, t.in(z), bias, t.in(ga), t.out(dz), t.out(a), dbias);
        });
    };
}

void fillNorms(LayerTable& table)
{
    table.channelNormForward = [](Context* context, const ChannelNormShape* shape,
                                  const ChannelNormParameters<const float>* parameters, Number number, const float* x,
                                  void* y, float* mean, float* inverse) {
        return typed(number,
                     [&](auto t) { channelNormForward(*context, *shape, *parameters, x, t.out(y), mean, inverse); });
    };
    table.channelNormBackward = [](Context* context, const ChannelNormShape* shape,
                                   const ChannelNormParameters<const float>* parameters, Number number, const float* x,
                                   const float* mean, const float* inverse, const void* g, const float* add, float* dx,
                                   const ChannelNormParameters<float>* gradients) {
        return typed(number, [&](auto t) {
            channelNormBackward(*context, *shape, *parameters, x, mean, inverse, t.in(g), add, dx, *gradients);
        });
    };
    table.gateNormForward = [](Context* context, const GateShape* shape, const Dropout* dropout, ChannelNorm kind,
                               const ChannelNormParameters<const float>* parameters, Number number, const void* z,
                               const float* bias, const void* y, void* o, float* mean, float* inverse) {
        return typed(number, [&](auto t) {
            gateNormForward(*context, *shape, *dropout, kind, *parameters, t.in(z), bias, t.in(y), t.out(o), mean,
                            inverse);
        });
    };
    table.gateNormBackward = [](Context* context, const GateShape* shape, const Dropout* dropout, ChannelNorm kind,
                                const ChannelNormParameters<const float>* parameters, Number number, const void* z,
                                const float* bias, const void* y, const float* mean, const float* inverse,
                                const void* g, void* dz, void* dy, void* o, float* dbias,
                                const ChannelNormParameters<float>* gradients) {
        return typed(number, [&](auto t) {
            gateNormBackward(*context, *shape, *dropout, kind, *parameters, t.in(z), bias, t.in(y), mean, inverse,
                             t.in(g), t.out(dz), t.out(dy), t.out(o), dbias, *gradients);
        });
    };
    table.batchNormForward = [](Context* context, const RowNormShape* shape, Number number, const float* weight,
                                const float* bias, float epsilon, const float* x, void* y, float* mean, float* inverse,
                                float* variance) {
        return typed(number, [&](auto t) {
            batchNormForward(*context, *shape, weight, bias, epsilon, x, t.out(y), mean, inverse, variance);
        });
    };
    table.batchNormApply = [](Context* context, const RowNormShape* shape, Number number, const float* weight,
                              const float* bias, const float* mean, const float* inverse, const float* x, void* y) {
        return typed(number,
                     [&](auto t) { batchNormApply(*context, *shape, weight, bias, mean, inverse, x, t.out(y)); });
    };
    table.batchNormBackward = [](Context* context, const RowNormShape* shape, Number number, const float* weight,
                                 const float* mean, const float* inverse, int fixed, const float* x, const void* g,
                                 const float* add, float* dx, float* dweight, float* dbias) {
        return typed(number, [&](auto t) {
            batchNormBackward(*context, *shape, weight, mean, inverse, fixed != 0, x, t.in(g), add, dx, dweight, dbias);
        });
    };
    table.instanceNormForward = [](Context* context, const RowNormShape* shape, Number number, float epsilon,
                                   const float* x, void* y, float* mean, float* inverse) {
        return typed(number,
                     [&](auto t) { instanceNormForward(*context, *shape, epsilon, x, t.out(y), mean, inverse); });
    };
    table.instanceNormBackward = [](Context* context, const RowNormShape* shape, Number number, const float* mean,
                                    const float* inverse, const float* x, const void* g, const float* add, float* dx) {
        return typed(number,
                     [&](auto t) { instanceNormBackward(*context, *shape, mean, inverse, x, t.in(g), add, dx); });
    };
    table.rowRmsForward = [](Context* context, const RowNormShape* shape, Number number, float epsilon, const float* x,
                             void* y, float* inverse) {
        return typed(number, [&](auto t) { rowRmsForward(*context, *shape, epsilon, x, t.out(y), inverse); });
    };
    table.rowRmsBackward = [](Context* context, const RowNormShape* shape, Number number, float epsilon,
                              const float* inverse, const float* x, const void* g, const float* add, float* dx) {
        return typed(number, [&](auto t) { rowRmsBackward(*context, *shape, epsilon, inverse, x, t.in(g), add, dx); });
    };
}

void fillEnds(LayerTable& table)
{
    table.embedTokens = [](Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                           const std::int64_t* tokens, const float* embedding, const float* positions, void* y) {
        return typed(number,
                     [&](auto t) { embedTokens(*context, *shape, *dropout, tokens, embedding, positions, t.out(y)); });
    };
    table.embedTokensBackward = [](Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                                   const std::int64_t* tokens, const void* g, float* dtable) {
        return typed(number, [&](auto t) { embedTokensBackward(*context, *shape, *dropout, tokens, t.in(g), dtable); });
    };
    table.embedPixels = [](Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                           const float* x, const float* weight, const float* bias, const float* positions, void* y) {
        return typed(number,
                     [&](auto t) { embedPixels(*context, *shape, *dropout, x, weight, bias, positions, t.out(y)); });
    };
    table.embedPixelsBackward = [](Context* context, const EmbeddingShape* shape, const Dropout* dropout, Number number,
                                   const float* x, const float* weight, const void* g, float* dweight, float* dbias,
                                   float* dx) {
        return typed(number, [&](auto t) {
            embedPixelsBackward(*context, *shape, *dropout, x, weight, t.in(g), dweight, dbias, dx);
        });
    };
    table.pool = [](Context* context, const PoolShape* shape, Number number, const std::int64_t* lengths, const void* x,
                    float* y) { return typed(number, [&](auto t) { pool(*context, *shape, lengths, t.in(x), y); }); };
    table.poolBackward = [](Context* context, const PoolShape* shape, Number number, const std::int64_t* lengths,
                            const float* g, void* dx) {
        return typed(number, [&](auto t) { poolBackward(*context, *shape, lengths, g, t.out(dx)); });
    };
    table.rpeFits = [](Context* context, const RpeShape* shape, int* fits) {
        return guarded([&] { *fits = rpeFits(*context, *shape) ? 1 : 0; });
    };
    table.rpeForward = [](Context* context, const RpeShape* shape, const RpeParameters* parameters, const float* t,
                          float* y, float* kept) {
        return guarded([&] { rpeForward(*context, *shape, *parameters, t, y, kept); });
    };
    table.rpeBackward = [](Context* context, const RpeShape* shape, const RpeParameters* parameters, const float* t,
                           const float* kept, const float* g, float* gradients) {
        return guarded([&] { rpeBackward(*context, *shape, *parameters, t, kept, g, gradients); });
    };
    table.createWarpTable = [](Context* context, const WarpView* plan, WarpTable** made) {
        return guarded([&] { *made = new WarpTable(*context, *plan); });
    };
    table.destroyWarpTable = [](WarpTable* made) { return guarded([&] { delete made; }); };
    table.warpForward = [](const WarpTable* made, std::int64_t channels, const float* alphas, const float* betas,
                           float* kernel) { return guarded([&] { made->forward(channels, alphas, betas, kernel); }); };
    table.warpBackward = [](const WarpTable* made, std::int64_t channels, const float* g, float* dalphas,
                            float* dbetas) { return guarded([&] { made->backward(channels, g, dalphas, dbetas); }); };
}

} // namespace

void fillLayers(LayerTable& table)
{
    fillPointwise(table);
    fillNorms(table);
    fillEnds(table);
}

} // namespace toeplab::kernels::gpu
