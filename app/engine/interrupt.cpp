// SPDX-License-Identifier: Apache-2.0
#include "app/engine/interrupt.h"

#include <atomic>
#include <csignal>

namespace toeplab::app
{
namespace
{

std::atomic<bool> asked{false};
static_assert(std::atomic<bool>::is_always_lock_free); // so that a signal handler may write it

extern "C" void onInterrupt(int signal)
{
    asked = true;
    std::signal(signal, SIG_DFL);
}

} // namespace

void watchInterrupts()
{
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
}

bool interrupted()
{
    return asked;
}

} // namespace toeplab::app
