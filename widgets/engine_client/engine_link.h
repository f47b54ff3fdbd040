// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/protocol/frame.h"
#include "widgets/engine_client/delivery.h"
#include "widgets/engine_client/engine_command.h"

#include <QtCore/QByteArray>
#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QProcess>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

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

    /// From any thread: the call is made on the link's thread, after those before it. Handed over under a lock of the
    /// standard library, which ThreadSanitizer sees, unlike Qt's.
    void post(std::function<void(EngineLink&)> call);

    // On the link's thread:
    void open(const EngineCommand& command);
    void write(const QByteArray& frame);
    /// No further requests: an engine that trains finishes a checkpoint and exits.
    void closeInput();

public Q_SLOTS:
    /// Makes the calls that were posted.
    void work();

Q_SIGNALS:
    void mail();
    void posted();

private:
    void read();
    void readLog();
    void flushLog(bool everything);
    void take(const core::Bytes& payload);
    void fail(const std::string& reason);
    void failedToStart();
    void finished(int code, QProcess::ExitStatus status);
    void announce();

    std::mutex mutex_;
    std::vector<std::function<void(EngineLink&)>> calls_;
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
