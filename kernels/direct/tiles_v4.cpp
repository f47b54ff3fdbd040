// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct/tiles_inl.h"
#include "kernels/direct/tiles_levels.h"

namespace toeplab::kernels::levels
{

const DirectTiles<float> kDirectFloatV4 = kTiles<float>;
const DirectTiles<double> kDirectDoubleV4 = kTiles<double>;

} // namespace toeplab::kernels::levels
