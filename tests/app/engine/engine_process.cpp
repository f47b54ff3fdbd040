// SPDX-License-Identifier: Apache-2.0
#include "tests/app/engine/engine_process.h"

#include "core/protocol/cbor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace toeplab::test
{

namespace
{

constexpr const char* kEngine = TOEPLAB_BINARY_DIR "/bin/toeplab-engine";

std::pair<int, int> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    return {ends[0], ends[1]};
}

void closeOnce(int& descriptor)
{
    if (descriptor >= 0)
        ::close(std::exchange(descriptor, -1));
}

/// One read; closes the descriptor at its end.
void drain(int& descriptor, const std::function<void(std::span<const std::uint8_t>)>& take)
{
    std::array<std::uint8_t, 65536> buffer{};
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0)
        take(std::span(buffer).first(static_cast<std::size_t>(count)));
    else if (count == 0 || errno != EINTR)
        closeOnce(descriptor);
}

} // namespace

EngineProcess::EngineProcess(const std::vector<std::string>& arguments, const std::string& home)
    : speaks_protocol_(!arguments.empty() && arguments.front() == "serve")
{
    std::signal(SIGPIPE, SIG_IGN);
    const auto [in_read, in_write] = makePipe();
    const auto [out_read, out_write] = makePipe();
    const auto [err_read, err_write] = makePipe();
    std::vector<std::string> words = {kEngine};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(in_read, 0);
        ::dup2(out_write, 1);
        ::dup2(err_write, 2);
        ::setenv("TOEPLAB_HOME", home.c_str(), 1);
        ::execv(kEngine, argv.data());
        ::_exit(127);
    }
    ::close(in_read);
    ::close(out_write);
    ::close(err_write);
    in_ = in_write;
    out_ = out_read;
    err_ = err_read;
}

EngineProcess::~EngineProcess()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    closeOnce(in_);
    closeOnce(out_);
    closeOnce(err_);
}

void EngineProcess::send(const core::Bytes& bytes)
{
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = ::write(in_, bytes.data() + sent, bytes.size() - sent);
        if (count < 0 && errno != EINTR)
            return; // it has gone; what follows sees that
        sent += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
}

void EngineProcess::closeInput()
{
    closeOnce(in_);
}

void EngineProcess::signal(int number)
{
    ::kill(pid_, number);
}

void EngineProcess::readSome()
{
    std::array<pollfd, 2> watched = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) <= 0)
        return;
    if (out_ >= 0 && watched[0].revents != 0) {
        drain(out_, [this](std::span<const std::uint8_t> bytes) {
            finished_.out.append(bytes.begin(), bytes.end());
            if (speaks_protocol_)
                decoder_.feed(bytes);
        });
    }
    if (err_ >= 0 && watched[1].revents != 0)
        drain(err_, [this](std::span<const std::uint8_t> bytes) { finished_.err.append(bytes.begin(), bytes.end()); });
    if (speaks_protocol_)
        takeMessages();
}

void EngineProcess::takeMessages()
{
    while (const std::optional<nlohmann::json> message = decoder_.next()) {
        core::Result<core::Incoming> incoming = core::incomingFromMessage(*message);
        if (!incoming) {
            protocol_error = incoming.error().message;
            continue;
        }
        if (auto* answer = std::get_if<core::Answer>(&incoming->body)) {
            answers_.push_back(std::move(*answer));
            continue;
        }
        auto* event = std::get_if<core::EventBody>(&incoming->body);
        if (event == nullptr)
            continue;
        if (auto* newest = std::get_if<core::SessionStatus>(event))
            status = *newest;
        else if (auto* metrics = std::get_if<core::MetricsEvent>(event))
            rows.insert(rows.end(), metrics->rows.begin(), metrics->rows.end());
        else if (auto* mark = std::get_if<core::RunEvent>(event))
            marks.push_back(*mark);
        else if (auto* log = std::get_if<core::LogEvent>(event))
            logs.push_back(*log);
        else if (auto* frame = std::get_if<std::shared_ptr<const core::KernelFrame>>(event))
            kernels.push_back(*frame);
        else if (auto* ladder = std::get_if<std::shared_ptr<const core::LadderFrame>>(event))
            ladders.push_back(*ladder);
        else if (auto* start = std::get_if<core::StartedEvent>(event))
            started.push_back(*start);
    }
    if (!decoder_.error().empty())
        protocol_error = decoder_.error();
}

bool EngineProcess::readUntil(const std::function<bool()>& done)
{
    while (!done()) {
        if (out_ < 0 && err_ < 0)
            return false;
        readSome();
    }
    return true;
}

Finished EngineProcess::wait()
{
    readUntil([] { return false; });
    int state = 0;
    ::waitpid(std::exchange(pid_, -1), &state, 0);
    finished_.code = WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
    return finished_;
}

core::Answer EngineProcess::ask(core::RequestBody body)
{
    const std::int64_t id = ++id_;
    send(core::frameOf(core::toMessage(core::Request{id, std::move(body)})));
    core::Answer answer{id, false, "The engine ended without an answer.", {}};
    readUntil([&] {
        const auto found =
            std::find_if(answers_.begin(), answers_.end(), [id](const core::Answer& a) { return a.id == id; });
        if (found != answers_.end())
            answer = *found;
        return found != answers_.end();
    });
    return answer;
}

bool EngineProcess::untilStatus(const std::function<bool(const core::SessionStatus&)>& condition)
{
    return readUntil([&] { return condition(status); });
}

Finished runEngine(const std::vector<std::string>& arguments, const std::string& home)
{
    EngineProcess engine(arguments, home);
    engine.closeInput();
    return engine.wait();
}

} // namespace toeplab::test
