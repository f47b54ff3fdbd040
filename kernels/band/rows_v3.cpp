// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/rows_inl.h"
#include "kernels/band/rows_levels.h"

namespace toeplab::kernels::levels
{

const BandRows<float> kBandFloatV3 = kRows<float>;
const BandRows<double> kBandDoubleV3 = kRows<double>;

} // namespace toeplab::kernels::levels
