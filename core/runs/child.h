// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <functional>
#include <string>

/// HDF5 can be brought down by a damaged file, or sent round in circles: what may be damaged is read in a child
/// process.
namespace toeplab::core
{

/// What the child says, a line at a time. It goes to the parent whatever becomes of the child afterwards.
using Tell = std::function<void(const std::string& line)>;

struct ChildEnd {
    std::string said;   ///< all lines
    bool alive = false; ///< `work` came to its end
};

/// Runs `work` in a copy of this process and waits for it. No other thread is in HDF5 at that moment.
[[nodiscard]] Result<ChildEnd> runInChild(const std::function<void(const Tell&)>& work);

/// In a child: it is ended when it computes for that much longer. Waiting for a slow disk does not count.
void limitComputing(unsigned seconds);

} // namespace toeplab::core
