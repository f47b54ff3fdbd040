// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/rows_inl.h"
#include "kernels/ski/rows_levels.h"

namespace toeplab::kernels::levels
{

const SkiRows<float> kSkiFloatV4 = kRows<float>;
const SkiRows<double> kSkiDoubleV4 = kRows<double>;

} // namespace toeplab::kernels::levels
