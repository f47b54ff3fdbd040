// SPDX-License-Identifier: Apache-2.0
// Compiled without ThreadSanitizer's instrumentation: what happens here is not part of the program under test.
#include "tests/support/cuda_shim/switch.h"

#include <new>

#include <sys/mman.h>
#include <unistd.h>

#if !defined(__x86_64__) || defined(TOEPLAB_SHIM_UCONTEXT)
#include <ucontext.h>
#define TOEPLAB_SHIM_PORTABLE
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(TOEPLAB_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

#if !defined(TOEPLAB_SHIM_PORTABLE)
// Saves what the calling convention says a function must keep, exchanges the stack pointer, takes the rest from there.
asm(R"(
.text
.type toeplab_shim_switch, @function
toeplab_shim_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size toeplab_shim_switch, .-toeplab_shim_switch
)");
extern "C" void toeplab_shim_switch(void** save, void* to);
#endif

namespace toeplab::shim
{

Stack::Stack(std::size_t bytes) : bytes_(bytes)
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    // One page that nobody may touch stands below it: a stack that overflows is a crash, not a riddle.
    void* memory =
        mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0)
        throw std::bad_alloc();
    bottom_ = static_cast<char*>(memory) + page;
}

Stack::~Stack()
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    munmap(bottom_ - page, bytes_ + page);
}

namespace
{

Context* left = nullptr;    // by the latest switch
Context* entered = nullptr; // by the same

#if defined(__SANITIZE_ADDRESS__)
// Limits of the thread's own stack, which the sanitizer tells to the first that comes from it.
const void* own_bottom = nullptr;
std::size_t own_bytes = 0;

void arrived(void* fake_stack, bool from_own)
{
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &bytes);
    if (from_own) {
        own_bottom = bottom;
        own_bytes = bytes;
    }
}
#endif

} // namespace

Context::Context()
{
#if defined(TOEPLAB_SHIM_PORTABLE)
    saved_ = new ucontext_t;
#endif
#if defined(TOEPLAB_TSAN)
    sanitizer_ = __tsan_get_current_fiber();
#endif
}

Context::Context(const Stack& stack) : stack_(&stack)
{
#if defined(TOEPLAB_SHIM_PORTABLE)
    saved_ = new ucontext_t;
#endif
#if defined(TOEPLAB_TSAN)
    sanitizer_ = __tsan_create_fiber(0);
#endif
}

void Context::begin(void (*entry)())
{
#if defined(__SANITIZE_ADDRESS__)
    // What the last run left behind: the frame of its entry function, or any number of them if it never ended.
    const std::size_t left_behind = unfinished_ ? stack_->bytes() : std::size_t{4096};
    __asan_unpoison_memory_region(stack_->bottom() + stack_->bytes() - left_behind, left_behind);
#endif
    unfinished_ = true;
#if defined(TOEPLAB_SHIM_PORTABLE)
    auto* portable = static_cast<ucontext_t*>(saved_);
    getcontext(portable);
    portable->uc_stack.ss_sp = stack_->bottom();
    portable->uc_stack.ss_size = stack_->bytes();
    makecontext(portable, entry, 0);
#else
    // As if `entry` had been called: six registers to take, its address to return to, and no caller of its own.
    auto** top = reinterpret_cast<void**>(stack_->bottom() + stack_->bytes());
    top[-1] = nullptr;
    top[-2] = reinterpret_cast<void*>(entry);
    for (int i = 3; i <= 8; ++i)
        top[-i] = nullptr;
    saved_ = top - 8;
#endif
}

Context::~Context()
{
#if defined(TOEPLAB_SHIM_PORTABLE)
    delete static_cast<ucontext_t*>(saved_);
#endif
#if defined(TOEPLAB_TSAN)
    if (stack_ != nullptr)
        __tsan_destroy_fiber(sanitizer_);
#endif
}

void beginContext()
{
#if defined(__SANITIZE_ADDRESS__)
    arrived(entered->fake_stack_, left->stack_ == nullptr);
#endif
}

void Context::switchTo(Context& other, bool forever)
{
    left = this;
    entered = &other;
    unfinished_ = unfinished_ && !forever;
#if defined(__SANITIZE_ADDRESS__)
    const bool to_own = other.stack_ == nullptr;
    // The fake stack is kept for the next run: to make one costs more than most kernels.
    __sanitizer_start_switch_fiber(&fake_stack_, to_own ? own_bottom : other.stack_->bottom(),
                                   to_own ? own_bytes : other.stack_->bytes());
#endif
#if defined(TOEPLAB_TSAN)
    __tsan_switch_to_fiber(other.sanitizer_, __tsan_switch_to_fiber_no_sync);
#endif
#if defined(TOEPLAB_SHIM_PORTABLE)
    swapcontext(static_cast<ucontext_t*>(saved_), static_cast<ucontext_t*>(other.saved_));
#else
    toeplab_shim_switch(&saved_, other.saved_);
#endif
#if defined(__SANITIZE_ADDRESS__)
    arrived(fake_stack_, left->stack_ == nullptr);
#endif
}

void publish([[maybe_unused]] void* at)
{
#if defined(TOEPLAB_TSAN)
    __tsan_release(at);
#endif
}

void observe([[maybe_unused]] void* at)
{
#if defined(TOEPLAB_TSAN)
    __tsan_acquire(at);
#endif
}

} // namespace toeplab::shim
