// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace toeplab::core
{

/// How fast a graphics card runs at the moment, by its driver.
struct GpuClocks {
    double processors_mhz = 0, processors_max_mhz = 0;
    double memory_mhz = 0;
};

/// Of the card in use; nothing without one, or where the driver's library (libnvidia-ml.so.1) does not say.
[[nodiscard]] std::optional<GpuClocks> currentGpuClocks();

} // namespace toeplab::core
