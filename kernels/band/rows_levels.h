// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/band/rows.h"

/// Where each translation unit of rows_inl.h leaves its table; everyone else calls bandRows.
namespace toeplab::kernels::levels
{

extern const BandRows<float> kBandFloatBase;
extern const BandRows<double> kBandDoubleBase;
extern const BandRows<float> kBandFloatV3;
extern const BandRows<double> kBandDoubleV3;
extern const BandRows<float> kBandFloatV4;
extern const BandRows<double> kBandDoubleV4;

} // namespace toeplab::kernels::levels
