// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct/tiles_inl.h"
#include "kernels/direct/tiles_levels.h"

namespace toeplab::kernels::levels
{

const DirectTiles<float> kDirectFloatBase = kTiles<float>;
const DirectTiles<double> kDirectDoubleBase = kTiles<double>;

} // namespace toeplab::kernels::levels
