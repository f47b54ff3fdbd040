// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/ski/rows.h"

/// Where each translation unit of rows_inl.h leaves its table; everyone else calls skiRows.
namespace toeplab::kernels::levels
{

extern const SkiRows<float> kSkiFloatBase;
extern const SkiRows<double> kSkiDoubleBase;
extern const SkiRows<float> kSkiFloatV3;
extern const SkiRows<double> kSkiDoubleV3;
extern const SkiRows<float> kSkiFloatV4;
extern const SkiRows<double> kSkiDoubleV4;

} // namespace toeplab::kernels::levels
