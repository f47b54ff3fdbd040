// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/number.h"
#include "kernels/pointwise/activation.h"
#include "kernels/pointwise/dropout.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Gates of the gated Toeplitz unit and the gated linear unit over z (batch, 2 channels, length): rows 0..channels-1 of
/// a sample are its first half z1 (u of the GTU, L1 of the GLU), the others its second half z2. Biases are not in z;
/// they are added here (bias (2 channels), may be null). All other tensors are (batch, channels, length). Computed in
/// T; what comes from products and goes into them is stored as S: T itself, or BFloat16 for T = float, where dy may not
/// be go.
struct GateShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    Activation activation = Activation::Silu;
};

/// v = act(z2 + bias2): the operator's input.
template <typename S, typename T>
void gateInput(const GateShape& shape, const S* z, const T* bias, T* v);

/// o = act(z1 + bias1) * drop(y).
template <typename S, typename T>
void gateOutput(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const T* y, S* o);

/// Backward of gateOutput: go is the gradient of o. dz1 into the first half of dz, dy, and dbias (2 channels) first
/// half. o is computed again for the weight gradient of the product behind it. dy may be go.
template <typename S, typename T>
void gateOutputBackward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const T* y,
                        const S* go, S* dz, T* dy, S* o, T* dbias);

/// Backward of gateInput: dz2 = dv act'(z2 + bias2) into the second half of dz, and the second half of dbias.
template <typename S, typename T>
void gateInputBackward(const GateShape& shape, const S* z, const T* bias, const T* dv, S* dz, T* dbias);

/// GLU: a = drop(act(z1 + bias1)) * (z2 + bias2).
template <typename S, typename T>
void gluForward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, S* a);

/// dz (both halves), dbias (2 channels) and, for the weight gradient of the last product, a again; a may be ga.
template <typename S, typename T>
void gluBackward(const GateShape& shape, const Dropout& dropout, const S* z, const T* bias, const S* ga, S* dz, S* a,
                 T* dbias);

} // namespace toeplab::kernels
