// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"
#include "kernels/pointwise/activation.h"
#include "kernels/pointwise/dropout.h"
#include "kernels/pointwise/gate.h"

/// kernels/pointwise on the device, T as stored. Dropout masks are the CPU's, bit for bit. Gradients of biases are
/// float and summed in a fixed order. What the CPU's functions allow to be null or to overlap may be so here.
namespace toeplab::kernels::gpu
{

template <typename T>
void activate(Context& context, Activation activation, std::int64_t count, const T* x, T* y);
template <typename T>
void activateBackward(Context& context, Activation activation, std::int64_t count, const T* x, const T* g, T* dx);

/// y = residual + mask(x) / (1 - p); residual may be null.
template <typename T>
void dropoutAdd(Context& context, const Dropout& dropout, std::int64_t rows, std::int64_t length, const T* residual,
                const T* x, T* y);

/// y[b, c, i] = residual[b, c, i] + bias[c] + product[b, c, i]: kernels/products/widen.h for products of any type. bias
/// and residual may be null, y may be the product of floats.
template <typename T>
void addProduct(Context& context, std::int64_t batch, std::int64_t channels, std::int64_t length, const T* product,
                const float* bias, const float* residual, float* y);

template <typename T>
void gateInput(Context& context, const GateShape& shape, const T* z, const float* bias, T* v);
template <typename T>
void gateOutput(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                const T* y, T* o);
template <typename T>
void gateOutputBackward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                        const T* y, const T* go, T* dz, T* dy, T* o, float* dbias);
template <typename T>
void gateInputBackward(Context& context, const GateShape& shape, const T* z, const float* bias, const T* dv, T* dz,
                       float* dbias);
template <typename T>
void gluForward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias, T* a);
template <typename T>
void gluBackward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                 const T* ga, T* dz, T* a, float* dbias);

} // namespace toeplab::kernels::gpu
