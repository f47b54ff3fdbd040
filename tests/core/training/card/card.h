// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace toeplab::core::testing
{

/// The way of a graphics card while it lives: a real one, or the CPU in its place.
class CardScope
{
public:
    virtual ~CardScope() = default;
    CardScope() = default;
    CardScope(const CardScope&) = delete;
    CardScope& operator=(const CardScope&) = delete;

    [[nodiscard]] virtual bool isReal() const = 0; ///< tensors lie on a card while it lives, not on the CPU
};

/// Why there is nothing to test; empty: there is something.
[[nodiscard]] std::string whyNoCard();
[[nodiscard]] std::unique_ptr<CardScope> enterCard();

} // namespace toeplab::core::testing

/// Skips visibly where there is no card; a failure under TOEPLAB_REQUIRE_GPU.
#define TOEPLAB_NEEDS_CARD()                                                                                           \
    do {                                                                                                               \
        if (const std::string why = toeplab::core::testing::whyNoCard(); !why.empty()) {                               \
            if (std::getenv("TOEPLAB_REQUIRE_GPU") != nullptr)                                                         \
                FAIL() << why;                                                                                         \
            GTEST_SKIP() << why;                                                                                       \
        }                                                                                                              \
    } while (false)
