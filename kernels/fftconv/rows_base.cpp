// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/rows_inl.h"
#include "kernels/fftconv/rows_levels.h"

namespace toeplab::kernels::levels
{

const TransformRows<float> kTransformFloatBase = kRows<float>;
const TransformRows<double> kTransformDoubleBase = kRows<double>;

} // namespace toeplab::kernels::levels
