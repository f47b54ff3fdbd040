// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/operator.h"

namespace toeplab::core
{

/// Two operators of one kind on images of H x W = n positions, row-major: toep1 along each row (W), toep2 along each
/// column (H). two_axis_type 4: y = toep2(toep1 x) + toep1(toep2 x), which is 2 toep2(toep1 x), since they act on
/// different axes and commute; type 6: y = toep2 x + toep1 x. Where the request names no height, H = floor(sqrt n).
[[nodiscard]] Result<std::unique_ptr<ToeplitzOperator>>
makeAxialOperator(const OperatorKind& kind, const OperatorRequest& request, Initializer& initial);

} // namespace toeplab::core
