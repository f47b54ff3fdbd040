// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/direct/tiles.h"

/// Where each translation unit of tiles_inl.h leaves its table; everyone else calls directTiles.
namespace toeplab::kernels::levels
{

extern const DirectTiles<float> kDirectFloatBase;
extern const DirectTiles<double> kDirectDoubleBase;
extern const DirectTiles<float> kDirectFloatV3;
extern const DirectTiles<double> kDirectDoubleV3;
extern const DirectTiles<float> kDirectFloatV4;
extern const DirectTiles<double> kDirectDoubleV4;

} // namespace toeplab::kernels::levels
