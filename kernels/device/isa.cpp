// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/isa.h"

namespace toeplab::kernels
{

bool cpuHas(Isa isa)
{
    if (isa == Isa::Base)
        return true;
#if defined(__x86_64__)
    const bool v3 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("bmi2") != 0;
    if (isa == Isa::V3)
        return v3;
    return v3 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512cd") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512vl") != 0;
#else
    return false;
#endif
}

bool cpuHasBf16()
{
#if defined(__x86_64__)
    return cpuHas(Isa::V4) && __builtin_cpu_supports("avx512bf16") != 0;
#else
    return false;
#endif
}

Isa cpuIsa()
{
    static const Isa best = cpuHas(Isa::V4) ? Isa::V4 : cpuHas(Isa::V3) ? Isa::V3 : Isa::Base;
    return best;
}

} // namespace toeplab::kernels
