// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/ivalue.h>

#include <utility>

namespace toeplab::core
{

/// Carries any value from forward to backward in AutogradContext::saved_data.
template <typename Value>
struct Capsule final : torch::CustomClassHolder {
    explicit Capsule(Value v) : value(std::move(v)) {}
    Value value;
};

template <typename Value>
[[nodiscard]] c10::IValue encapsulate(Value value)
{
    return c10::IValue::make_capsule(c10::make_intrusive<Capsule<Value>>(std::move(value)));
}

/// The value that `encapsulate<Value>` stored. The result lives as long as the IValue.
template <typename Value>
[[nodiscard]] const Value& encapsulated(const c10::IValue& capsule)
{
    return static_cast<const Capsule<Value>&>(*capsule.toCapsule()).value;
}

} // namespace toeplab::core
