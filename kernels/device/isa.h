// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toeplab::kernels
{

/// Vector instructions that a kernel with hand-made register tiles is built for: one translation unit each, compiled
/// for that level and holding nothing inline that another unit could share. A table of plain functions is picked at run
/// time, so one binary serves all CPUs and a test can call every level that its machine has.
enum class Isa {
    Base, ///< what the compiler may assume anywhere (x86-64: SSE2)
    V3,   ///< x86-64-v3: AVX2 and FMA
    V4,   ///< x86-64-v4: AVX-512 F, BW, CD, DQ, VL
};

[[nodiscard]] bool cpuHas(Isa isa);

/// Whether it multiplies pairs of bfloat16 and adds them up in fp32 (AVX512-BF16 or AMX).
[[nodiscard]] bool cpuHasBf16();

/// The best level of this CPU.
[[nodiscard]] Isa cpuIsa();

} // namespace toeplab::kernels
