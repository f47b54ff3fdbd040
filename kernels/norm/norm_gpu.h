// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"
#include "kernels/norm/channel_norm.h"
#include "kernels/norm/row_norm.h"
#include "kernels/pointwise/gate.h"

/// kernels/norm on the device: y and g as stored (T); x, dx, add, statistics, parameters and their gradients are float.
/// Sums run in a fixed order. The batch's variance is put together from those of its rows in double: it does not
/// cancel.
namespace toeplab::kernels::gpu
{

template <typename T>
void channelNormForward(Context& context, const ChannelNormShape& shape,
                        const ChannelNormParameters<const float>& parameters, const float* x, T* y, float* mean,
                        float* inverse);
template <typename T>
void channelNormBackward(Context& context, const ChannelNormShape& shape,
                         const ChannelNormParameters<const float>& parameters, const float* x, const float* mean,
                         const float* inverse, const T* g, const float* add, float* dx,
                         const ChannelNormParameters<float>& gradients);

/// gateOutput() and the norm of its result over the channels, o = norm(act(z1 + bias1) * drop(y)), without what lies
/// between them. z (batch, 2 channels, length), bias (2 channels, may be null), y and o (batch, channels, length); mean
/// and inverse (batch, length) as of the norm.
template <typename T>
void gateNormForward(Context& context, const GateShape& shape, const Dropout& dropout, ChannelNorm kind,
                     const ChannelNormParameters<const float>& parameters, const T* z, const float* bias, const T* y,
                     T* o, float* mean, float* inverse);
/// g: the gradient of o. dz1 into the first half of dz, dy (may be g), the first half of dbias, the norm's parameters'
/// gradients where they are given, and o again where it is.
template <typename T>
void gateNormBackward(Context& context, const GateShape& shape, const Dropout& dropout, ChannelNorm kind,
                      const ChannelNormParameters<const float>& parameters, const T* z, const float* bias, const T* y,
                      const float* mean, const float* inverse, const T* g, T* dz, T* dy, T* o, float* dbias,
                      const ChannelNormParameters<float>& gradients);

template <typename T>
void batchNormForward(Context& context, const RowNormShape& shape, const float* weight, const float* bias,
                      float epsilon, const float* x, T* y, float* mean, float* inverse, float* variance);
template <typename T>
void batchNormApply(Context& context, const RowNormShape& shape, const float* weight, const float* bias,
                    const float* mean, const float* inverse, const float* x, T* y);
template <typename T>
void batchNormBackward(Context& context, const RowNormShape& shape, const float* weight, const float* mean,
                       const float* inverse, bool fixed, const float* x, const T* g, const float* add, float* dx,
                       float* dweight, float* dbias);

template <typename T>
void instanceNormForward(Context& context, const RowNormShape& shape, float epsilon, const float* x, T* y, float* mean,
                         float* inverse);
template <typename T>
void instanceNormBackward(Context& context, const RowNormShape& shape, const float* mean, const float* inverse,
                          const float* x, const T* g, const float* add, float* dx);

template <typename T>
void rowRmsForward(Context& context, const RowNormShape& shape, float epsilon, const float* x, T* y, float* inverse);
template <typename T>
void rowRmsBackward(Context& context, const RowNormShape& shape, float epsilon, const float* inverse, const float* x,
                    const T* g, const float* add, float* dx);

} // namespace toeplab::kernels::gpu
