// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"
#include "core/training/runtime.h"
#include "tests/core/training/card/card.h"

namespace toeplab::core::testing
{
namespace
{

class RealScope final : public CardScope
{
public:
    bool isReal() const override { return true; }
};

} // namespace

std::string whyNoCard()
{
    static const Result<void> used = setDevice("cuda:0");
    return used ? "" : used.error().message;
}

std::unique_ptr<CardScope> enterCard()
{
    return std::make_unique<RealScope>();
}

} // namespace toeplab::core::testing
