// SPDX-License-Identifier: Apache-2.0
#include "core/training/tensor_blob.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>

#include <limits>

namespace toeplab::core
{
namespace
{

using testing::HasSubstr;

TEST(TensorBlob, ComesBackWhateverItsStrides)
{
    const at::Tensor value = at::arange(12, at::kDouble).view({3, 4}).t();
    at::Tensor target = at::zeros({4, 3}, at::kDouble);
    const TensorBlob blob = toBlob(value);
    ASSERT_TRUE(fits(blob, target, "w"));
    copyInto(blob, target);
    EXPECT_TRUE(at::equal(value, target));
}

TEST(TensorBlob, AnotherShapeOrTypeIsNamed)
{
    const TensorBlob blob = toBlob(at::ones({3, 4}));
    EXPECT_THAT(fits(blob, at::zeros({4, 3}), "toep.alphas").error().message, HasSubstr("toep.alphas is f32 (3, 4)"));
    EXPECT_FALSE(fits(blob, at::zeros({3, 4}, at::kDouble), "toep.alphas"));
}

/// Nothing trains from a checkpoint with such a value: every loss would be NaN, a step or an hour later.
TEST(TensorBlob, ValuesThatAreNoFiniteNumbersAreRefused)
{
    for (const at::ScalarType type : {at::kFloat, at::kDouble})
        for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            at::Tensor value = at::ones({2, 5}, type);
            value[1][3].fill_(bad);
            const Result<void> refused = fits(toBlob(value), at::zeros({2, 5}, type), "toep.alphas");
            ASSERT_FALSE(refused);
            EXPECT_THAT(refused.error().message, HasSubstr("toep.alphas holds a value that is no finite number"));
            EXPECT_EQ(refused.error().message.find('\n'), std::string::npos);
        }
    EXPECT_TRUE(fits(toBlob(at::ones({2}, at::kLong)), at::zeros({2}, at::kLong), "steps"));
}

} // namespace
} // namespace toeplab::core
