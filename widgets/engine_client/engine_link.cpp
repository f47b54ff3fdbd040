// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/engine_link.h"

#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"

#include <QtCore/QTimer>

#include <fmt/format.h>

#include <cstring>
#include <unistd.h>

namespace toeplab::widgets
{

namespace
{

constexpr int kMailIntervalMs = 33;
/// So that the window stays fluid while the engine trains on every core.
constexpr int kEngineNice = 5;

[[nodiscard]] std::string endedBySignal(int signal)
{
    const char* meaning = strsignal(signal);
    std::string sentence =
        fmt::format("The engine ended (signal {}: {}).", signal, meaning == nullptr ? "unknown" : meaning);
    if (signal == 9) {
        sentence += " That happens when the machine runs out of memory, or when someone kills it.";
    }
    return sentence;
}

/// Keeps it for the rest of this process, known to be kept.
void leaveBehind(QProcess* process)
{
    static std::mutex mutex;
    static auto* const left = new std::vector<QProcess*>;
    const std::lock_guard lock(mutex);
    left->push_back(process);
}

} // namespace

EngineLink::EngineLink(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox))
{
    connect(this, &EngineLink::posted, this, &EngineLink::work, Qt::QueuedConnection);
}

void EngineLink::post(std::function<void(EngineLink&)> call)
{
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(call));
    }
    Q_EMIT posted();
}

void EngineLink::work()
{
    std::vector<std::function<void(EngineLink&)>> calls;
    {
        const std::lock_guard lock(mutex_);
        calls.swap(calls_);
    }
    for (const auto& call : calls) {
        call(*this);
    }
}

EngineLink::~EngineLink()
{
    // ~QProcess would kill a child that is still writing its checkpoint: that child is left to end by itself.
    if (process_ == nullptr || process_->state() == QProcess::NotRunning) {
        delete process_;
    } else {
        leaveBehind(process_);
    }
}

void EngineLink::open(const EngineCommand& command)
{
    if (process_ != nullptr) {
        process_->disconnect(this);
        if (process_->state() == QProcess::NotRunning) {
            process_->deleteLater();
        } else {
            connect(process_, &QProcess::finished, process_, &QObject::deleteLater);
            process_->closeWriteChannel(); // an engine that was given up: it ends when it sees that
        }
    }
    if (later_ == nullptr) {
        later_ = new QTimer(this);
        later_->setSingleShot(true);
        connect(later_, &QTimer::timeout, this, &EngineLink::mail);
    }
    command_ = command;
    decoder_ = {};
    log_.clear();
    ended_ = false;
    process_ = new QProcess;
    process_->setChildProcessModifier([] {
        setsid(); // Ctrl-C in the window's terminal is for the window; the engine sees its input end
        [[maybe_unused]] const int now = nice(kEngineNice);
    });
    connect(process_, &QProcess::readyReadStandardOutput, this, &EngineLink::read);
    connect(process_, &QProcess::readyReadStandardError, this, &EngineLink::readLog);
    connect(process_, &QProcess::finished, this, &EngineLink::finished);
    connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            failedToStart();
        }
    });
    process_->start(command.program, command.arguments);
}

void EngineLink::write(const QByteArray& frame)
{
    if (process_ != nullptr && !ended_) {
        process_->write(frame);
    }
}

void EngineLink::closeInput()
{
    if (process_ != nullptr) {
        process_->closeWriteChannel();
    }
}

void EngineLink::read()
{
    const QByteArray bytes = process_->readAllStandardOutput();
    if (ended_) {
        return;
    }
    decoder_.feed({reinterpret_cast<const std::uint8_t*>(bytes.constData()), std::size_t(bytes.size())});
    while (const auto payload = decoder_.next()) {
        take(*payload);
        if (ended_) {
            return;
        }
    }
    if (!decoder_.error().empty()) {
        fail(decoder_.error());
    }
}

void EngineLink::take(const core::Bytes& payload)
{
    const auto message = core::parseCborMap(payload);
    if (!message) {
        fail(message.error().message);
        return;
    }
    auto incoming = core::incomingFromMessage(*message);
    if (!incoming) {
        fail(incoming.error().message);
        return;
    }
    if (auto* answer = std::get_if<core::Answer>(&incoming->body)) {
        mailbox_->put(std::move(*answer));
        announce();
    } else if (auto* event = std::get_if<core::EventBody>(&incoming->body)) {
        mailbox_->put(std::move(*event));
        announce();
    }
}

void EngineLink::fail(const std::string& reason)
{
    // What it sends from now on cannot be trusted. With its input closed it saves a checkpoint and exits.
    ended_ = true;
    process_->closeWriteChannel();
    flushLog(true);
    mailbox_->end("The engine's messages became unreadable and the connection was closed. " + reason);
    announce();
}

void EngineLink::failedToStart()
{
    ended_ = true;
    mailbox_->end(fmt::format("The engine could not be started: {}: {}. Build it with `./toeplab build`, or set "
                              "TOEPLAB_ENGINE_COMMAND.",
                              command_.text().toStdString(), process_->errorString().toStdString()));
    announce();
}

void EngineLink::finished(int code, QProcess::ExitStatus status)
{
    read();
    readLog();
    if (ended_) {
        return;
    }
    flushLog(true);
    decoder_.finish();
    ended_ = true;
    if (status == QProcess::CrashExit) {
        mailbox_->end(endedBySignal(code));
    } else if (code != 0) {
        mailbox_->end(fmt::format("The engine ended with exit code {}. Its last words are in the log.", code));
    } else {
        mailbox_->end(decoder_.error().empty() ? "The engine has ended." : decoder_.error());
    }
    announce();
}

void EngineLink::readLog()
{
    log_ += process_->readAllStandardError();
    flushLog(false);
}

void EngineLink::flushLog(bool everything)
{
    qsizetype begin = 0;
    const auto say = [this](const QByteArray& line) {
        if (!line.trimmed().isEmpty()) {
            mailbox_->put(core::LogEvent{"info", line.toStdString()});
            announce();
        }
    };
    for (qsizetype end = log_.indexOf('\n'); end >= 0; end = log_.indexOf('\n', begin)) {
        say(log_.mid(begin, end - begin));
        begin = end + 1;
    }
    log_.remove(0, begin);
    if (everything) {
        say(std::exchange(log_, {}));
    }
}

void EngineLink::announce()
{
    if (later_ == nullptr || later_->isActive()) {
        return;
    }
    const qint64 since = since_mail_.isValid() ? since_mail_.elapsed() : kMailIntervalMs;
    since_mail_.start();
    later_->start(int(std::clamp<qint64>(kMailIntervalMs - since, 0, kMailIntervalMs)));
}

} // namespace toeplab::widgets
