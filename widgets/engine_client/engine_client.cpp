// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/engine_client.h"

#include "core/base/version.h"
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"
#include "widgets/engine_client/delivery.h"
#include "widgets/engine_client/engine_link.h"

#include <utility>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] std::string majorOf(const std::string& version)
{
    return version.substr(0, version.find('.'));
}

} // namespace

EngineClient::EngineClient(EngineCommand command, QObject* parent)
    : QObject(parent), command_(std::move(command)), mailbox_(std::make_shared<Mailbox>()),
      link_(new EngineLink(mailbox_))
{
    link_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, link_, &QObject::deleteLater);
    connect(link_, &EngineLink::mail, this, &EngineClient::collect, Qt::QueuedConnection);
    thread_.setObjectName(QStringLiteral("engine link"));
    thread_.start();
}

EngineClient::~EngineClient()
{
    link_->post(&EngineLink::closeInput);
    QMetaObject::invokeMethod(link_, "work", Qt::BlockingQueuedConnection); // before its thread ends
    thread_.quit();
    thread_.wait();
}

void EngineClient::launch()
{
    if (state_ == State::Starting || state_ == State::Ready) {
        return;
    }
    end_reason_.clear();
    link_->post([command = command_](EngineLink& link) { link.open(command); });
    const std::int64_t id = next_id_++;
    open_[id] = [this](const core::Result<nlohmann::json>& answer) { greet(answer); };
    send(id, core::HelloRequest{core::kProtocolVersion, "toeplab " + core::buildInfo().version});
    setState(State::Starting);
}

void EngineClient::greet(const core::Result<nlohmann::json>& answer)
{
    if (!answer) {
        end(QString::fromStdString(answer.error().message));
        return;
    }
    const auto hello = core::helloFromKeys(*answer);
    if (!hello) {
        end(QString::fromStdString(hello.error().message));
        return;
    }
    if (majorOf(hello->version) != majorOf(core::kProtocolVersion)) {
        end(QStringLiteral("The engine speaks protocol %1 and this window %2. Start both from the same build.")
                .arg(QString::fromStdString(hello->version), QLatin1String(core::kProtocolVersion)));
        return;
    }
    hello_ = *hello;
    setState(State::Ready);
    for (auto& [id, request] : std::exchange(before_hello_, {})) {
        send(id, std::move(request));
    }
}

void EngineClient::ask(core::RequestBody request, AnswerHandler handler)
{
    if (state_ == State::Off || state_ == State::Ended) {
        if (handler) {
            handler(core::fail("The engine is not running. Start it again first."));
        }
        return;
    }
    const std::int64_t id = next_id_++;
    open_[id] = std::move(handler);
    if (state_ == State::Starting) {
        before_hello_.emplace_back(id, std::move(request));
    } else {
        send(id, std::move(request));
    }
}

void EngineClient::send(std::int64_t id, core::RequestBody request)
{
    const core::Bytes frame = core::frameOf(core::toMessage(core::Request{id, std::move(request)}));
    QByteArray bytes(reinterpret_cast<const char*>(frame.data()), qsizetype(frame.size()));
    link_->post([bytes = std::move(bytes)](EngineLink& link) { link.write(bytes); });
}

void EngineClient::shutdown()
{
    if (state_ == State::Off || state_ == State::Ended) {
        return;
    }
    ask(core::ShutdownRequest{});
    link_->post(&EngineLink::closeInput);
}

void EngineClient::collect()
{
    Delivery delivery = mailbox_->take();
    for (const core::Answer& answer : delivery.answers) {
        settle(answer);
    }
    for (const core::EventBody& event : delivery.ordered) {
        deliver(event);
    }
    if (delivery.ladder) {
        Q_EMIT ladderArrived(delivery.ladder);
    }
    for (const auto& [layer_index, frame] : delivery.kernels) {
        Q_EMIT kernelArrived(frame);
    }
    if (delivery.status) {
        Q_EMIT statusArrived(delivery.status);
    }
    if (delivery.ended) {
        end(QString::fromStdString(*delivery.ended));
    }
}

void EngineClient::settle(const core::Answer& answer)
{
    const auto found = open_.find(answer.id);
    if (found == open_.end()) {
        Q_EMIT logArrived(QStringLiteral("warning"),
                          QStringLiteral("The engine answered request %1, which is not open.").arg(answer.id));
        return;
    }
    const AnswerHandler handler = std::move(found->second);
    open_.erase(found);
    if (!handler) {
        if (!answer.ok) {
            Q_EMIT logArrived(QStringLiteral("error"), QString::fromStdString(answer.error));
        }
    } else if (answer.ok) {
        handler(answer.keys);
    } else {
        handler(tl::unexpected(core::Error{answer.error}));
    }
}

void EngineClient::deliver(const core::EventBody& event)
{
    if (const auto* begun = std::get_if<core::StartedEvent>(&event)) {
        Q_EMIT started(std::make_shared<const core::StartedEvent>(*begun));
    } else if (const auto* metrics = std::get_if<core::MetricsEvent>(&event)) {
        Q_EMIT metricsArrived(std::make_shared<const core::MetricsEvent>(*metrics));
    } else if (const auto* row = std::get_if<core::ValidationRow>(&event)) {
        Q_EMIT validationArrived(*row);
    } else if (const auto* mark = std::get_if<core::RunEvent>(&event)) {
        Q_EMIT markArrived(*mark);
    } else if (const auto* log = std::get_if<core::LogEvent>(&event)) {
        Q_EMIT logArrived(QString::fromStdString(log->level), QString::fromStdString(log->message));
    }
}

void EngineClient::end(const QString& reason)
{
    if (state_ == State::Ended) {
        return;
    }
    end_reason_ = reason;
    link_->post(&EngineLink::closeInput);
    before_hello_.clear();
    setState(State::Ended);
    for (const auto& [id, handler] : std::exchange(open_, {})) {
        if (handler) {
            handler(core::fail("{}", reason.toStdString()));
        }
    }
}

void EngineClient::setState(State state)
{
    if (state_ != state) {
        state_ = state;
        Q_EMIT stateChanged();
    }
}

} // namespace toeplab::widgets
