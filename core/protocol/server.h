// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/message_decoder.h"
#include "core/protocol/messages.h"
#include "core/protocol/outbox.h"

#include <functional>
#include <memory>
#include <optional>

namespace toeplab::core
{

/// The engine's end of a session, apart from the stream itself: bytes in, bytes out. One thread calls it; the sessions
/// that it makes speak from theirs through the outbox.
class Server
{
public:
    using SessionFactory = std::function<std::unique_ptr<Session>(SessionSink&)>;

    /// wake: see Outbox.
    Server(HelloAnswer about, SessionFactory make_session, std::function<void()> wake);
    ~Server(); ///< the session ends after a checkpoint

    /// Bytes from the window; each whole request is carried out and answered. Ignored after the end has begun.
    void feed(std::span<const std::uint8_t> bytes);
    /// The window has closed its end or died: the run ends after a checkpoint.
    void inputEnded();
    /// The process is asked to go: the run ends after a checkpoint.
    void close();

    /// Appends the frames that may be sent now.
    void collect(Bytes& out, Outbox::Clock::time_point now);
    [[nodiscard]] std::optional<Outbox::Clock::time_point> due() const { return outbox_.due(); }
    /// The run has ended after the end of the session began; what collect() gave last is all.
    [[nodiscard]] bool finished() const;
    /// What broke the protocol; empty: nothing.
    [[nodiscard]] const std::string& fault() const { return fault_; }

private:
    void handle(const nlohmann::json& message);
    Answer carryOut(const Request& request);
    Result<nlohmann::json> dispatch(const RequestBody& body);
    Result<nlohmann::json> hello(const HelloRequest& request);
    Result<nlohmann::json> start(const StartRequest& request);
    Result<nlohmann::json> set(const SetRequest& request);
    Result<Session*> live();
    [[nodiscard]] bool running() const;
    void breakOff(const std::string& fault);

    HelloAnswer about_;
    SessionFactory make_session_;
    Outbox outbox_;
    MessageDecoder decoder_;
    Bytes answers_;
    std::unique_ptr<Session> session_; ///< after outbox_: it speaks into it until it is gone
    std::optional<WatchRequest> watch_;
    bool greeted_ = false;
    bool closing_ = false;
    std::string fault_;
};

} // namespace toeplab::core
