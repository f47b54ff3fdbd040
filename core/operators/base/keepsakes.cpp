// SPDX-License-Identifier: Apache-2.0
#include "core/operators/base/keepsakes.h"

namespace toeplab::core
{
namespace
{

thread_local Keepsakes* keepsakes_of_thread = nullptr;

} // namespace

Keepsakes::Keepsakes() : outer_(std::exchange(keepsakes_of_thread, this)) {}

Keepsakes::~Keepsakes()
{
    keepsakes_of_thread = outer_;
}

Keepsakes* Keepsakes::current()
{
    return keepsakes_of_thread;
}

} // namespace toeplab::core
