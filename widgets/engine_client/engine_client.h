// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/protocol/messages.h"
#include "widgets/engine_client/engine_command.h"

#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtCore/QThread>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace toeplab::widgets
{

class EngineLink;
class Mailbox;

/// The window's end of a session with the engine. Requests go out with an answer handler; what comes back is decoded on
/// a thread of its own and arrives here as immutable values, newest wins but for rows and marks, at most about thirty
/// deliveries a second. Nothing here blocks.
class EngineClient final : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Off,
        Starting, ///< the process is loading; requests wait for its hello
        Ready,
        Ended, ///< it has exited, was killed, or spoke nonsense: endReason() says which
    };
    /// Called once, on this thread: the answer's keys, or the sentence why not.
    using AnswerHandler = std::function<void(const core::Result<nlohmann::json>&)>;

    explicit EngineClient(EngineCommand command, QObject* parent = nullptr);
    /// Closes the engine's input. A live engine then finishes a checkpoint and exits by itself.
    ~EngineClient() override;

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const QString& endReason() const { return end_reason_; }
    [[nodiscard]] const core::HelloAnswer& hello() const { return hello_; }
    [[nodiscard]] const EngineCommand& command() const { return command_; }

    /// Starts the process; also after it has ended.
    void launch();
    void ask(core::RequestBody request, AnswerHandler handler = {});
    /// Asks the engine to save and exit; ended() follows when it has.
    void shutdown();

Q_SIGNALS:
    void stateChanged();
    void started(const std::shared_ptr<const toeplab::core::StartedEvent>& event);
    void statusArrived(const std::shared_ptr<const toeplab::core::SessionStatus>& status);
    void metricsArrived(const std::shared_ptr<const toeplab::core::MetricsEvent>& event);
    void validationArrived(const toeplab::core::ValidationRow& row);
    void markArrived(const toeplab::core::RunEvent& mark);
    void kernelArrived(const std::shared_ptr<const toeplab::core::KernelFrame>& frame);
    void ladderArrived(const std::shared_ptr<const toeplab::core::LadderFrame>& frame);
    void logArrived(const QString& level, const QString& message);

private:
    void collect();
    void deliver(const core::EventBody& event);
    void settle(const core::Answer& answer);
    void greet(const core::Result<nlohmann::json>& answer);
    void send(std::int64_t id, core::RequestBody request);
    void end(const QString& reason);
    void setState(State state);

    EngineCommand command_;
    State state_ = State::Off;
    QString end_reason_;
    core::HelloAnswer hello_;
    std::shared_ptr<Mailbox> mailbox_;
    EngineLink* link_ = nullptr; ///< lives on thread_
    QThread thread_;
    std::int64_t next_id_ = 1;
    std::map<std::int64_t, AnswerHandler> open_;
    std::vector<std::pair<std::int64_t, core::RequestBody>> before_hello_;
};

} // namespace toeplab::widgets
