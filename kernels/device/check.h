// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace toeplab::kernels
{

/// A caller's broken promise: says what was expected with both numbers. Thrown, so that a test can see it and the
/// session boundary can report it.
class ContractViolation : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

inline void require(bool holds, const char* promise, std::int64_t a, std::int64_t b)
{
    if (!holds)
        throw ContractViolation(std::string(promise) + " (got " + std::to_string(a) + " and " + std::to_string(b) +
                                ")");
}

} // namespace toeplab::kernels
