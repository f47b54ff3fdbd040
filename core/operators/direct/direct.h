// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// The dense product: tno's kernel, with all its settings, multiplied term by term whatever the length, O(n^2) a line.
/// It needs no transform, its causal form is causal to the last bit (a transform's rounding spreads over the whole
/// row), and it is the faster one on short axes, where tno and fd take the same product by themselves.
[[nodiscard]] OperatorKind directKind();

} // namespace toeplab::core
