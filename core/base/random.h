// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace toeplab::core
{

/// Random draws that are the same on every machine and with every standard library, for a seed and a stream number:
/// generated files and shuffles depend on nothing else. The engine is std::mt19937_64 (fixed by the C++ standard), its
/// seed the 64-bit SplitMix finaliser (Steele, Lea & Flood 2014) of seed and stream, so that neighbouring seeds and
/// streams give unrelated sequences. The draws are written out here because std::uniform_int_distribution's are
/// unspecified.
class Random
{
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : engine_(mix(mix(seed) + stream)) {}

    /// 53 random bits as a number in [0, 1).
    [[nodiscard]] double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }

    /// Uniform in 0..n-1, n >= 1, without bias: the high half of draw * n, unless the low half falls among the first
    /// 2^64 mod n values, which would favour some results (Lemire 2019).
    [[nodiscard]] std::uint64_t below(std::uint64_t n)
    {
        __extension__ using Wide = unsigned __int128;
        Wide product = static_cast<Wide>(engine_()) * n;
        if (static_cast<std::uint64_t>(product) < n) {
            const std::uint64_t rejected = (0 - n) % n; // 2^64 mod n
            while (static_cast<std::uint64_t>(product) < rejected) {
                product = static_cast<Wide>(engine_()) * n;
            }
        }
        return static_cast<std::uint64_t>(product >> 64U);
    }

    [[nodiscard]] static std::uint64_t mix(std::uint64_t x)
    {
        x += 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31U);
    }

private:
    std::mt19937_64 engine_;
};

} // namespace toeplab::core
