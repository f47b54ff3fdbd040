// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// A stack of one's own and the step from one stack to another; and what each sanitizer has to be told about it.
namespace toeplab::shim
{

class Stack
{
public:
    explicit Stack(std::size_t bytes);
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    ~Stack();

    [[nodiscard]] char* bottom() const { return bottom_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    char* bottom_ = nullptr;
    std::size_t bytes_ = 0;
};

/// A line of execution: the caller's own, or one on a stack of its own.
class Context
{
public:
    Context();
    explicit Context(const Stack& stack);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    /// The next switch to this context, which has a stack and is not running, begins in `entry`, which must not return.
    void begin(void (*entry)());

    /// Leaves this context, which must be the running one; returns when somebody switches back. `forever`: nobody will.
    void switchTo(Context& other, bool forever = false);

private:
    friend void beginContext();

    void* saved_ = nullptr; // stack pointer, or ucontext_t
    const Stack* stack_ = nullptr;
    void* sanitizer_ = nullptr;
    void* fake_stack_ = nullptr;
    bool unfinished_ = false; ///< begun, and not left forever
};

/// An entry function calls it first.
void beginContext();

// Order between contexts as ThreadSanitizer understands it; nothing elsewhere.
void publish(void* at);
void observe(void* at);

} // namespace toeplab::shim
