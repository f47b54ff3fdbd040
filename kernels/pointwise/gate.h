// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/pointwise/activation.h"
#include "kernels/pointwise/dropout.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Gates of the gated Toeplitz unit and the gated linear unit over z (batch, 2 channels, length): rows 0..channels-1 of
/// a sample are its first half z1 (u of the GTU, L1 of the GLU), the others its second half z2. Biases are not in z;
/// they are added here (bias (2 channels), may be null). All other tensors are (batch, channels, length).
struct GateShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
    Activation activation = Activation::Silu;
};

/// v = act(z2 + bias2): the operator's input.
template <typename T>
void gateInput(const GateShape& shape, const T* z, const T* bias, T* v);

/// o = act(z1 + bias1) * drop(y).
template <typename T>
void gateOutput(const GateShape& shape, const Dropout& dropout, const T* z, const T* bias, const T* y, T* o);

/// Backward of gateOutput: go is the gradient of o. dz1 into the first half of dz, dy, and dbias (2 channels) first
/// half. o, where given, is computed again for the weight gradient of the product behind it. dy may be go.
template <typename T>
void gateOutputBackward(const GateShape& shape, const Dropout& dropout, const T* z, const T* bias, const T* y,
                        const T* go, T* dz, T* dy, T* o, T* dbias);

/// Backward of gateInput: dz2 = dv act'(z2 + bias2) into the second half of dz, and the second half of dbias.
template <typename T>
void gateInputBackward(const GateShape& shape, const T* z, const T* bias, const T* dv, T* dz, T* dbias);

/// GLU: a = drop(act(z1 + bias1)) * (z2 + bias2).
template <typename T>
void gluForward(const GateShape& shape, const Dropout& dropout, const T* z, const T* bias, T* a);

/// dz (both halves), dbias (2 channels) and, for the weight gradient of the last product, a again; a may be ga.
template <typename T>
void gluBackward(const GateShape& shape, const Dropout& dropout, const T* z, const T* bias, const T* ga, T* dz, T* a,
                 T* dbias);

} // namespace toeplab::kernels
