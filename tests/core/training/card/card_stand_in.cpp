// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"
#include "tests/core/training/card/card.h"

extern "C" const toeplab::kernels::gpu::Table* toeplab_gpu_table(std::uint32_t version);

namespace toeplab::core::testing
{
namespace
{

class StandInScope final : public CardScope
{
public:
    bool isReal() const override { return false; }

private:
    GpuStandIn stand_in_{*toeplab_gpu_table(kernels::gpu::kTableVersion)};
};

} // namespace

std::string whyNoCard()
{
    return {};
}

std::unique_ptr<CardScope> enterCard()
{
    return std::make_unique<StandInScope>();
}

} // namespace toeplab::core::testing
