// SPDX-License-Identifier: Apache-2.0
#include "core/training/runtime.h"

#include "core/device/gpu.h"

#include <gmock/gmock.h>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(WhatWentWrong, TellsAFullCardFromOneThatFailed)
{
    const GpuFailure full("the device has no 4096 bytes of memory left; use a smaller batch or shorter sequences");
    EXPECT_THAT(whatWentWrong(full, 32), AllOf(HasSubstr("ran out of memory"), HasSubstr("train.batch, now 32")));
    const GpuFailure refused("The GPU refused to finish its work: unspecified launch failure");
    EXPECT_THAT(whatWentWrong(refused, 32), AllOf(HasSubstr("graphics card failed"), HasSubstr("last checkpoint")));
    const std::runtime_error lost("CUDA error: an illegal memory access was encountered\nmore lines");
    EXPECT_THAT(whatWentWrong(lost, 32), AllOf(HasSubstr("graphics card failed"), Not(HasSubstr("more lines"))));
}

/// A shape that the GPU library does not take leaves the card as it was.
TEST(WhatWentWrong, AShapeThatIsNotTakenIsNoFailureOfTheCard)
{
    const GpuFailure shape("No GPU starts 8 blocks that share 999999 bytes each");
    EXPECT_EQ(whatWentWrong(shape, 32), "No GPU starts 8 blocks that share 999999 bytes each.");
    EXPECT_EQ(whatWentWrong(std::runtime_error("a sentence.\nframe #0"), 32), "a sentence.");
}

} // namespace
} // namespace toeplab::core
