// SPDX-License-Identifier: Apache-2.0
#include "kernels/products/widen.h"

#include "tests/kernels/support.h"

#include <gtest/gtest.h>

#include <bit>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

TEST(AddWidened, AddsBiasResidualAndTheUpperHalvesOfFloats)
{
    const std::int64_t batch = 2;
    const std::int64_t channels = 3;
    for (const std::int64_t length : {1, 7, 16, 33, 100}) {
        const auto count = static_cast<std::size_t>(batch * channels * length);
        const auto values = randomValues<float>(batch * channels * length, 1);
        const auto residual = randomValues<float>(batch * channels * length, 2);
        const auto bias = randomValues<float>(channels, 3);
        std::vector<std::uint16_t> product(count);
        for (std::size_t i = 0; i < count; ++i)
            product[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(values[i]) >> 16U);
        const auto exact = [&](std::size_t i) {
            return std::bit_cast<float>(static_cast<std::uint32_t>(product[i]) << 16U);
        };
        Guarded<float> y(static_cast<std::int64_t>(count));
        addWidened(batch, channels, length, product.data(), bias.data(), residual.data(), y.data());
        Guarded<float> plain(static_cast<std::int64_t>(count));
        addWidened(batch, channels, length, product.data(), nullptr, nullptr, plain.data());
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t channel = i / static_cast<std::size_t>(length) % static_cast<std::size_t>(channels);
            EXPECT_FLOAT_EQ(y.values()[i], exact(i) + (residual[i] + bias[channel]));
            EXPECT_EQ(plain.values()[i], exact(i));
        }
        EXPECT_TRUE(y.marginsIntact() && plain.marginsIntact());
    }
}

} // namespace
} // namespace toeplab::kernels
