// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/rows_inl.h"
#include "kernels/band/rows_levels.h"

namespace toeplab::kernels::levels
{

const BandRows<float> kBandFloatBase = kRows<float>;
const BandRows<double> kBandDoubleBase = kRows<double>;

} // namespace toeplab::kernels::levels
