// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/server.h"

#include "core/config/fields.h"
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"

#include <charconv>
#include <utility>

namespace toeplab::core
{

namespace
{

const nlohmann::json kNoKeys = nlohmann::json::object();

bool ended(SessionState state)
{
    return state == SessionState::Idle || state == SessionState::Finished || state == SessionState::Stopped ||
           state == SessionState::Failed;
}

/// "1.0" -> 1; anything else -> -1.
int majorOf(const std::string& version)
{
    int major = -1;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
    return error == std::errc() && *end == '.' ? major : -1;
}

Result<nlohmann::json> keysOf(const Result<void>& result)
{
    if (!result)
        return tl::unexpected(result.error());
    return kNoKeys;
}

template <typename... F>
struct Overloaded : F... {
    using F::operator()...;
};

} // namespace

Server::Server(HelloAnswer about, SessionFactory make_session, std::function<void()> wake)
    : about_(std::move(about)), make_session_(std::move(make_session)), outbox_(std::move(wake))
{
}

Server::~Server() = default;

bool Server::running() const
{
    return session_ != nullptr && !ended(session_->status().state);
}

bool Server::finished() const
{
    return closing_ && !running();
}

void Server::feed(std::span<const std::uint8_t> bytes)
{
    if (closing_)
        return;
    decoder_.feed(bytes);
    while (!closing_) {
        const std::optional<nlohmann::json> message = decoder_.next();
        if (!message)
            break;
        handle(*message);
    }
    if (!decoder_.error().empty())
        breakOff(decoder_.error());
}

void Server::inputEnded()
{
    if (closing_)
        return;
    decoder_.finish();
    if (!decoder_.error().empty())
        breakOff(decoder_.error());
    close();
}

void Server::close()
{
    if (std::exchange(closing_, true))
        return;
    if (running())
        static_cast<void>(session_->stop(true)); // it may have ended by itself meanwhile
}

void Server::breakOff(const std::string& fault)
{
    if (!fault_.empty())
        return;
    fault_ = fault;
    outbox_.log({"error", fault + " The session is closed."});
    close();
}

void Server::handle(const nlohmann::json& message)
{
    const Result<Request> request = requestFromMessage(message);
    if (request) {
        const Bytes frame = frameOf(toMessage(carryOut(*request)));
        answers_.insert(answers_.end(), frame.begin(), frame.end());
        return;
    }
    const std::optional<std::int64_t> id = idOf(message);
    if (!id) {
        breakOff(request.error().message);
        return;
    }
    const Bytes frame = frameOf(toMessage(Answer{*id, false, request.error().message}));
    answers_.insert(answers_.end(), frame.begin(), frame.end());
}

Answer Server::carryOut(const Request& request)
{
    Result<nlohmann::json> keys = kNoKeys;
    if (!greeted_ && !std::holds_alternative<HelloRequest>(request.body))
        keys = fail("The engine answers nothing before hello.");
    else
        keys = dispatch(request.body);
    if (!keys)
        return {request.id, false, keys.error().message};
    return {request.id, true, {}, std::move(*keys)};
}

Result<nlohmann::json> Server::dispatch(const RequestBody& body)
{
    const auto onSession = [this](const auto& act) -> Result<nlohmann::json> {
        Result<Session*> session = live();
        return session ? keysOf(act(**session)) : Result<nlohmann::json>(tl::unexpected(session.error()));
    };
    return std::visit(
        Overloaded{
            [&](const HelloRequest& request) { return hello(request); },
            [&](const StartRequest& request) { return start(request); },
            [&](const PauseRequest&) { return onSession([](Session& s) { return s.pause(); }); },
            [&](const ResumeRequest&) { return onSession([](Session& s) { return s.resume(); }); },
            [&](const CheckpointRequest&) { return onSession([](Session& s) { return s.checkpoint(); }); },
            [&](const StepRequest& r) { return onSession([&](Session& s) { return s.step(r.count); }); },
            [&](const StopRequest& r) { return onSession([&](Session& s) { return s.stop(r.checkpoint); }); },
            [&](const SetRequest& request) { return set(request); },
            [&](const WatchRequest& request) -> Result<nlohmann::json> {
                watch_ = request;
                if (session_)
                    session_->watchKernels(request.layers, request.per_second);
                return kNoKeys;
            },
            [&](const StatusRequest&) -> Result<nlohmann::json> {
                return statusKeys(session_ ? session_->status() : SessionStatus());
            },
            [&](const ShutdownRequest&) -> Result<nlohmann::json> {
                close();
                return kNoKeys;
            },
        },
        body);
}

Result<Session*> Server::live()
{
    if (!running())
        return fail("There is no run. Start one first.");
    return session_.get();
}

Result<nlohmann::json> Server::hello(const HelloRequest& request)
{
    if (majorOf(request.version) != majorOf(kProtocolVersion))
        return fail("The window speaks protocol {} and this engine speaks {}. Install the same version of both.",
                    request.version, kProtocolVersion);
    greeted_ = true;
    return helloKeys(about_);
}

Result<nlohmann::json> Server::start(const StartRequest& request)
{
    if (running())
        return fail("A run is going on in this engine. Stop it before you start another.");
    Result<Experiment> experiment = experimentFromJson(request.experiment);
    if (!experiment)
        return tl::unexpected(experiment.error());
    session_.reset();
    session_ = make_session_(outbox_);
    if (watch_)
        session_->watchKernels(watch_->layers, watch_->per_second);
    const Result<void> started = session_->start({std::move(*experiment), request.run, request.resume, request.paused});
    if (!started) {
        session_.reset();
        return tl::unexpected(started.error());
    }
    return nlohmann::json{{"run", session_->status().run}};
}

Result<nlohmann::json> Server::set(const SetRequest& request)
{
    if (request.key != "optimizer.lr")
        return fail("{} cannot be changed while a run goes on; optimizer.lr can.", request.key);
    Result<Session*> session = live();
    if (!session)
        return tl::unexpected(session.error());
    const Result<std::int64_t> step = (*session)->setLearningRate(request.value);
    if (!step)
        return tl::unexpected(step.error());
    return nlohmann::json{{"effective_step", *step}};
}

void Server::collect(Bytes& out, Outbox::Clock::time_point now)
{
    out.insert(out.end(), answers_.begin(), answers_.end());
    answers_.clear();
    const bool last = finished();
    if (last && session_)
        session_->wait(); // its threads are about to end; what they say last is said after this
    for (const EventBody& event : last ? outbox_.takeAll() : outbox_.take(now)) {
        const Bytes frame = frameOf(toMessage(event));
        out.insert(out.end(), frame.begin(), frame.end());
    }
}

} // namespace toeplab::core
