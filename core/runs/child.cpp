// SPDX-License-Identifier: Apache-2.0
#include "core/runs/child.h"

#include "core/runs/disk.h"
#include "core/runs/h5_handle.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace toeplab::core
{

namespace
{

void tell(int pipe, const std::string& text)
{
    const std::string line = text + "\n";
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t written = ::write(pipe, line.data() + done, line.size() - done);
        if (written < 0 && errno != EINTR)
            ::_exit(1); // nobody listens any more
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
}

[[noreturn]] void workInChild(int pipe, const std::function<void(const Tell&)>& work)
{
    const struct rlimit no_core = {0, 0}; // that it may go down is no news
    ::setrlimit(RLIMIT_CORE, &no_core);
    h5::renewLockAfterFork();
    work([pipe](const std::string& line) { tell(pipe, line); });
    ::_exit(0); // without the parent's exit handlers
}

std::string readAll(int pipe)
{
    std::string text;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t count = ::read(pipe, block.data(), block.size());
        if (count == 0 || (count < 0 && errno != EINTR))
            return text;
        text.append(block.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    }
}

} // namespace

Result<ChildEnd> runInChild(const std::function<void(const Tell&)>& work)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail("No reader could be started: {}.", systemReason(errno));
    const Descriptor from(ends[0]);
    Descriptor into(ends[1]);
    pid_t child = -1;
    {
        const h5::Lock lock; // so that HDF5 is as one call left it, not in the middle of another thread's
        child = ::fork();
        if (child == 0)
            workInChild(into.number(), work);
    }
    if (child < 0)
        return fail("No reader could be started: {}.", systemReason(errno));
    into = Descriptor();
    ChildEnd end;
    end.said = readAll(from.number());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    end.alive = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return end;
}

void limitComputing(unsigned seconds)
{
    struct rusage used = {};
    ::getrusage(RUSAGE_SELF, &used);
    const auto spent = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
    const struct rlimit limit = {spent + seconds + 1, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CPU, &limit); // SIGXCPU ends the process
}

} // namespace toeplab::core
