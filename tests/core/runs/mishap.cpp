// SPDX-License-Identifier: Apache-2.0
#include "tests/core/runs/mishap.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace toeplab::core::testing
{

namespace
{

std::atomic<int> chosen = 0; // 0: not armed
std::atomic<int> calls = 0;
std::atomic<Mishap> planned = Mishap::KillBefore;

void die()
{
    ::kill(::getpid(), SIGKILL);
}

/// Runs `call` unless it is its turn; `half` is what a torn one does.
template <typename Call, typename Half>
long pass(Call call, Half half)
{
    const int turn = chosen;
    if (turn == 0)
        return call();
    const int number = ++calls;
    const Mishap mishap = planned;
    if (number == turn) {
        if (mishap == Mishap::Tear)
            half();
        if (mishap == Mishap::KillAfter)
            call();
        if (mishap != Mishap::Fail && mishap != Mishap::FailOn && mishap != Mishap::Linger)
            die();
    }
    if ((mishap == Mishap::Fail && number == turn) || (mishap == Mishap::FailOn && number >= turn)) {
        errno = ENOSPC;
        return -1;
    }
    return call();
}

template <typename Call>
long pass(Call call)
{
    return pass(call, [] {});
}

} // namespace

bool lingers()
{
    return chosen != 0 && planned == Mishap::Linger;
}

void arm(Mishap mishap, int number)
{
    planned = mishap;
    calls = 0;
    chosen = number;
}

int disarm()
{
    chosen = 0;
    return calls;
}

} // namespace toeplab::core::testing

using toeplab::core::testing::pass;

// The C library's own, found before it.
extern "C" {

ssize_t write(int file, const void* bytes, size_t size)
{
    return pass([&] { return ::syscall(SYS_write, file, bytes, size); },
                [&] { ::syscall(SYS_write, file, bytes, size / 2); });
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset)
{
    return pass([&] { return ::syscall(SYS_pwrite64, file, bytes, size, offset); },
                [&] { ::syscall(SYS_pwrite64, file, bytes, size / 2, offset); });
}

int ftruncate(int file, off_t size) noexcept
{
    return static_cast<int>(pass([&] { return ::syscall(SYS_ftruncate, file, size); }));
}

int fsync(int file)
{
    if (toeplab::core::testing::lingers())
        ::sleep(1);
    return static_cast<int>(pass([&] { return ::syscall(SYS_fsync, file); }));
}

int fdatasync(int file)
{
    return static_cast<int>(pass([&] { return ::syscall(SYS_fdatasync, file); }));
}

int rename(const char* from, const char* to) noexcept
{
    return static_cast<int>(pass([&] { return ::syscall(SYS_rename, from, to); }));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept
{
    return static_cast<int>(pass([&] { return ::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags); }));
}

int unlink(const char* path) noexcept
{
    return static_cast<int>(pass([&] { return ::syscall(SYS_unlink, path); }));
}
}
