// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/fftconv/rows.h"

/// Where each translation unit of rows_inl.h leaves its table; everyone else calls transformRows.
namespace toeplab::kernels::levels
{

extern const TransformRows<float> kTransformFloatBase;
extern const TransformRows<double> kTransformDoubleBase;
extern const TransformRows<float> kTransformFloatV3;
extern const TransformRows<double> kTransformDoubleV3;
extern const TransformRows<float> kTransformFloatV4;
extern const TransformRows<double> kTransformDoubleV4;

} // namespace toeplab::kernels::levels
