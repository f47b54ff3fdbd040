// SPDX-License-Identifier: Apache-2.0
#include "app/engine/stdio_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <stdexcept>

namespace toeplab::app
{

StdioStream::StdioStream()
{
    std::signal(SIGPIPE, SIG_IGN); // a reader that is gone is seen by write()
    output_ = ::dup(STDOUT_FILENO);
    wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (output_ < 0 || wake_ < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        throw std::runtime_error("standard output cannot be taken over");
    output_flags_ = ::fcntl(output_, F_GETFL);
    ::fcntl(output_, F_SETFL, output_flags_ | O_NONBLOCK);
}

StdioStream::~StdioStream()
{
    ::fcntl(output_, F_SETFL, output_flags_); // others may share the pipe or terminal
    ::close(output_);
    ::close(wake_);
}

void StdioStream::wake()
{
    const std::uint64_t one = 1;
    // Full means that a wake is waiting already.
    static_cast<void>(::write(wake_, &one, sizeof(one)) == sizeof(one));
}

StdioStream::Input StdioStream::wait(std::optional<std::chrono::steady_clock::time_point> until, bool want_input,
                                     bool want_output)
{
    std::array<pollfd, 3> watched = {{{wake_, POLLIN, 0},
                                      {want_input ? input_ : -1, POLLIN, 0},
                                      {want_output && !reader_gone_ ? output_ : -1, POLLOUT, 0}}};
    int milliseconds = -1;
    if (until && !want_output) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now()).count();
        milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }
    Input input;
    if (::poll(watched.data(), watched.size(), milliseconds) < 0)
        return input; // a signal
    if ((watched[0].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        static_cast<void>(::read(wake_, &count, sizeof(count)) == sizeof(count));
    }
    if ((watched[1].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0) {
        input.bytes.resize(std::size_t{64} << 10);
        const ssize_t got = ::read(input_, input.bytes.data(), input.bytes.size());
        input.ended = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
        input.bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    return input;
}

bool StdioStream::write(core::Bytes& bytes)
{
    std::size_t written = 0;
    while (written < bytes.size() && !reader_gone_) {
        const ssize_t count = ::write(output_, bytes.data() + written, bytes.size() - written);
        if (count > 0)
            written += static_cast<std::size_t>(count);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        else if (errno != EINTR)
            reader_gone_ = true;
    }
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(written));
    return !reader_gone_;
}

void StdioStream::writeAll(core::Bytes& bytes)
{
    while (write(bytes) && !bytes.empty()) {
        pollfd room{output_, POLLOUT, 0};
        ::poll(&room, 1, -1);
    }
}

} // namespace toeplab::app
