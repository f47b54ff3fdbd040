// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace toeplab::core
{

/// One Toeplitz kernel of a model, as the engine, the run file and the window name it.
struct LayerInfo {
    std::int64_t layer = 1;        ///< 1-based block number, the one shown
    std::string axis = "sequence"; ///< sequence | row | column
    std::string kind;              ///< tno | ski | fd | direct
    std::string mode;              ///< exact | released
    bool causal = false;
    std::int64_t channels = 0;
    std::int64_t length = 0; ///< n; the kernel has 2n-1 lags
    std::string description; ///< one plain line: "RPE 3 x 32, decay 0.999, lags below 1,024"

    friend bool operator==(const LayerInfo&, const LayerInfo&) = default;
};

} // namespace toeplab::core
