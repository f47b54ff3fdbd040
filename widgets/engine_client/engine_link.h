// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/protocol/frame.h"
#include "widgets/engine_client/delivery.h"
#include "widgets/engine_client/engine_command.h"

#include <QtCore/QByteArray>
#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QProcess>

#include <memory>

class QTimer;

namespace toeplab::widgets
{

/// The engine's process and the decoding of what it says; lives on a thread of its own. Tells that mail is there at
/// most about thirty times a second, and always once after the last message.
class EngineLink final : public QObject
{
    Q_OBJECT

public:
    explicit EngineLink(std::shared_ptr<Mailbox> mailbox);
    ~EngineLink() override;

public Q_SLOTS:
    void open(const toeplab::widgets::EngineCommand& command);
    void write(const QByteArray& frame);
    /// No further requests: an engine that trains finishes a checkpoint and exits.
    void closeInput();

Q_SIGNALS:
    void mail();

private:
    void read();
    void readLog();
    void flushLog(bool everything);
    void take(const core::Bytes& payload);
    void fail(const std::string& reason);
    void failedToStart();
    void finished(int code, QProcess::ExitStatus status);
    void announce();

    std::shared_ptr<Mailbox> mailbox_;
    QProcess* process_ = nullptr; ///< owned, but left behind alive when it outlasts the window
    EngineCommand command_;
    core::FrameDecoder decoder_;
    QByteArray log_;
    bool ended_ = true;
    QTimer* later_ = nullptr;
    QElapsedTimer since_mail_;
};

} // namespace toeplab::widgets
