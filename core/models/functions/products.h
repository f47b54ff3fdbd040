// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/gpu.h"
#include "kernels/device/isa.h"

#include <string>

namespace toeplab::core
{

/// What the factors of a block's matrix products are rounded to; sums are fp32 (fp64 in proofs) either way.
enum class Products { Full, Bf16 };

/// train.precision on the device of this process: bf16 on a graphics card and where the processor multiplies bf16 pairs
/// itself, full otherwise (tf32 is a graphics card's way to do full products, core/training/runtime.h).
[[nodiscard]] inline Products productsFor(const std::string& precision)
{
    const bool able = currentGpu() != nullptr || kernels::cpuHasBf16();
    return precision == "bf16" && able ? Products::Bf16 : Products::Full;
}

/// What a run says of it.
[[nodiscard]] inline std::string describeProducts(const std::string& precision)
{
    if (precision == "fp32")
        return "fp32";
    if (productsFor(precision) == Products::Bf16)
        return "bf16 products, summed in fp32";
    if (precision == "tf32" && currentGpu() != nullptr)
        return "tf32 products, summed in fp32";
    return "fp32 (this processor has no " + precision + " products)";
}

} // namespace toeplab::core
