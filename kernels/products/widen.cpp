// SPDX-License-Identifier: Apache-2.0
#include "kernels/products/widen.h"

#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"

#include <bit>

namespace toeplab::kernels
{
namespace
{

TOEPLAB_INLINE float widened(std::uint16_t value)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U);
}

template <bool kResidual>
TOEPLAB_INLINE void addRowBody(const std::uint16_t* product, float bias, const float* residual, std::int64_t length,
                               float* y)
{
#pragma omp simd
    for (std::int64_t i = 0; i < length; ++i)
        y[i] = widened(product[i]) + (kResidual ? residual[i] + bias : bias);
}

TOEPLAB_CLONES void addRow(const std::uint16_t* product, float bias, const float* residual, std::int64_t length,
                           float* y)
{
    if (residual != nullptr)
        addRowBody<true>(product, bias, residual, length, y);
    else
        addRowBody<false>(product, bias, residual, length, y);
}

} // namespace

void addWidened(std::int64_t batch, std::int64_t channels, std::int64_t length, const std::uint16_t* product,
                const float* bias, const float* residual, float* y)
{
    parallelFor(batch * channels, length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            const std::int64_t at = row * length;
            addRow(product + at, bias != nullptr ? bias[row % channels] : 0.0F,
                   residual != nullptr ? residual + at : nullptr, length, y + at);
        }
    });
}

} // namespace toeplab::kernels
