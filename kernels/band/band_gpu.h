// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/band/band.h"
#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"

namespace toeplab::kernels::gpu
{

/// kernels/band/band.h on the device: T is float, Half or BFloat16, kernels and their gradients are float. x is read
/// and y written once (at the seams of tiles of 2048 positions, half a kernel's width twice).
template <typename T>
void bandForward(Context& context, const BandShape& shape, const float* kernel, const T* x, T* y);

/// Either result may be null. The kernel's gradient is summed in a fixed order: the same bits on each repeat.
template <typename T>
void bandBackward(Context& context, const BandShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                  float* dkernel);

} // namespace toeplab::kernels::gpu
