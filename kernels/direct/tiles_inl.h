// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All three products are C[r, i] = sum_j A[r, j] B[j, i] with A read value by value and B vector by vector, where one
/// of the two is the kernel: shifted by one place from row to row, it needs no matrix in memory. A tile of C, four rows
/// of up to four vectors, stays in registers through the sum.

#include "kernels/device/vec_inl.h"
#include "kernels/direct/tiles.h"

namespace toeplab::kernels
{
namespace
{

#if defined(__AVX512VL__)
constexpr int kVectors = 4; // of 32 registers, 16 hold sums
#else
constexpr int kVectors = 2;
#endif
constexpr int kRows = kLagRows;

template <typename T>
constexpr std::int64_t kColumns = kVectors* Lanes<T>::kCount;

inline std::int64_t least(std::int64_t a, std::int64_t b)
{
    return a < b ? a : b;
}
inline std::int64_t most(std::int64_t a, std::int64_t b)
{
    return a > b ? a : b;
}

/// A[r, j] = a[r row + j step], B[j, i] = b[j b_step + i], j < depth.
template <typename T>
struct Terms {
    const T* a = nullptr;
    std::int64_t row = 0, step = 0;
    const T* b = nullptr;
    std::int64_t b_step = 0;
    std::int64_t depth = 0;
};

/// One tile of C: kTall rows, kWide vectors of which the first `valid` values are wanted.
template <int kTall, int kWide, bool kAdd, typename T>
inline void tile(const Terms<T>& terms, T* c, std::int64_t pitch, std::int64_t valid)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    Vec<T> sums[kTall * kWide];
    unroll<kTall * kWide>([&](auto s) TOEPLAB_UNROLLED { sums[s] = Vec<T>{}; });
    const T* a = terms.a;
    const T* b = terms.b;
    for (std::int64_t j = 0; j < terms.depth; ++j, a += terms.step, b += terms.b_step) {
        Vec<T> values[kWide];
        unroll<kWide>([&](auto v) TOEPLAB_UNROLLED { values[v] = loadOnce<T>(b + v * kWidth); });
        unroll<kTall>([&](auto r) TOEPLAB_UNROLLED {
            const Vec<T> factor = broadcast<T>(a[r * terms.row]);
            unroll<kWide>([&](auto v) TOEPLAB_UNROLLED { sums[r * kWide + v] += factor * values[v]; });
        });
    }
    unroll<kTall>([&](auto r) TOEPLAB_UNROLLED {
        T* out = c + r * pitch;
        if (valid == kWide * kWidth) {
            unroll<kWide>([&](auto v) TOEPLAB_UNROLLED {
                const Vec<T> sum = sums[r * kWide + v];
                store<T>(kAdd ? load<T>(out + v * kWidth) + sum : sum, out + v * kWidth);
            });
        } else {
            T part[kWide * kWidth];
            unroll<kWide>([&](auto v) TOEPLAB_UNROLLED { store<T>(sums[r * kWide + v], part + v * kWidth); });
            for (std::int64_t i = 0; i < valid; ++i)
                out[i] = kAdd ? out[i] + part[i] : part[i];
        }
    });
}

template <int kTall, bool kAdd, typename T>
inline void tileOfWidth(const Terms<T>& terms, T* c, std::int64_t pitch, std::int64_t valid)
{
    const std::int64_t vectors = (valid + Lanes<T>::kCount - 1) / Lanes<T>::kCount;
    if constexpr (kVectors == 4) {
        if (vectors == 4)
            return tile<kTall, 4, kAdd>(terms, c, pitch, valid);
        if (vectors == 3)
            return tile<kTall, 3, kAdd>(terms, c, pitch, valid);
    }
    if (vectors == 2)
        return tile<kTall, 2, kAdd>(terms, c, pitch, valid);
    tile<kTall, 1, kAdd>(terms, c, pitch, valid);
}

/// Up to kRows rows and kColumns columns.
template <bool kAdd, typename T>
inline void anyTile(std::int64_t rows, const Terms<T>& terms, T* c, std::int64_t pitch, std::int64_t valid)
{
    if (rows == 4)
        tileOfWidth<4, kAdd>(terms, c, pitch, valid);
    else if (rows == 3)
        tileOfWidth<3, kAdd>(terms, c, pitch, valid);
    else if (rows == 2)
        tileOfWidth<2, kAdd>(terms, c, pitch, valid);
    else
        tileOfWidth<1, kAdd>(terms, c, pitch, valid);
}

/// Fetches a part of what is ahead at each of `calls` calls.
template <typename T>
class Fetcher
{
public:
    Fetcher(const Ahead<T>& ahead, std::int64_t calls)
        : at_(ahead.from), end_(ahead.from + ahead.count), lines_((ahead.count / kLine + calls) / calls)
    {
    }
    void next()
    {
        for (std::int64_t i = 0; i < lines_ && at_ < end_; ++i, at_ += kLine)
            __builtin_prefetch(at_, 0, 2);
    }

private:
    static constexpr std::int64_t kLine = 64 / sizeof(T);
    const T* at_;
    const T* end_;
    std::int64_t lines_;
};

template <typename T>
void alongRows(const PaddedKernel<T>& k, const Lines<T>& lines)
{
    Fetcher<T> fetcher(lines.ahead, (lines.count + kRows - 1) / kRows);
    for (std::int64_t r = 0; r < lines.count; r += kRows) {
        fetcher.next();
        for (std::int64_t i = 0; i < k.length; i += kColumns<T>) {
            const std::int64_t valid = least(kColumns<T>, k.length - i);
            const std::int64_t from = most(0, i - k.after);
            const std::int64_t to = least(k.length, i + valid + k.before);
            anyTile<false>(least(kRows, lines.count - r),
                           Terms<T>{.a = lines.x + r * lines.x_pitch + from,
                                    .row = lines.x_pitch,
                                    .step = 1,
                                    .b = k.zero + i - from,
                                    .b_step = -1,
                                    .depth = to - from},
                           lines.y + r * lines.y_pitch + i, lines.y_pitch, valid);
        }
    }
}

template <typename T>
void alongColumns(const PaddedKernel<T>& k, const Lines<T>& lines)
{
    Fetcher<T> fetcher(lines.ahead, (k.length + kRows - 1) / kRows);
    for (std::int64_t p = 0; p < lines.count; p += kColumns<T>) {
        for (std::int64_t i = 0; i < k.length; i += kRows) {
            fetcher.next();
            const std::int64_t rows = least(kRows, k.length - i);
            const std::int64_t from = most(0, i - k.after);
            const std::int64_t to = least(k.length, i + rows + k.before);
            anyTile<false>(rows,
                           Terms<T>{.a = k.zero + i - from,
                                    .row = 1,
                                    .step = -1,
                                    .b = lines.x + from * lines.x_pitch + p,
                                    .b_step = lines.x_pitch,
                                    .depth = to - from},
                           lines.y + i * lines.y_pitch + p, lines.y_pitch, least(kColumns<T>, lines.count - p));
        }
    }
}

template <typename T>
void addLagSums(const PaddedKernel<T>& shape, const LagSums<T>& lines, const LagRows<T>& sums)
{
    constexpr std::int64_t kWidth = Lanes<T>::kCount;
    const std::int64_t padded = (shape.length + kWidth - 1) / kWidth * kWidth;
    Fetcher<T> fetcher(lines.ahead, (shape.length + kRows - 1) / kRows);
    for (std::int64_t j = 0; j < shape.length; j += kRows) {
        fetcher.next();
        const std::int64_t rows = least(kRows, shape.length - j);
        // Outputs that inputs j .. j + rows - 1 reach.
        const std::int64_t first = most(0, j - shape.before) / kWidth * kWidth;
        const std::int64_t end = least(padded, j + rows + shape.after);
        for (std::int64_t i = first; i < end; i += kColumns<T>) {
            anyTile<true>(rows,
                          Terms<T>{.a = lines.x + j * lines.x_step,
                                   .row = lines.x_step,
                                   .step = lines.x_line,
                                   .b = lines.g + i,
                                   .b_step = lines.g_pitch,
                                   .depth = lines.count},
                          sums.zero + i - j, sums.pitch, least(kColumns<T>, padded - i));
        }
    }
}

template <typename T>
constexpr DirectTiles<T> kTiles{&alongRows<T>, &alongColumns<T>, &addLagSums<T>, Lanes<T>::kCount};

} // namespace
} // namespace toeplab::kernels
