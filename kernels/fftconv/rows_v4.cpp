// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/rows_inl.h"
#include "kernels/fftconv/rows_levels.h"

namespace toeplab::kernels::levels
{

const TransformRows<float> kTransformFloatV4 = kRows<float>;
const TransformRows<double> kTransformDoubleV4 = kRows<double>;

} // namespace toeplab::kernels::levels
