// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/live_session.h"

#include "core/config/fields.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"

namespace toeplab::widgets
{

namespace
{

/// Live kernels on screen: fluid to the eye, cheap for the engine.
constexpr double kKernelsPerSecond = 8;

[[nodiscard]] Possible no(const QString& reason)
{
    return {false, reason};
}

} // namespace

core::RunState runStateOf(core::SessionState state)
{
    switch (state) {
    case core::SessionState::Paused:
        return core::RunState::Paused;
    case core::SessionState::Finished:
        return core::RunState::Finished;
    case core::SessionState::Stopped:
        return core::RunState::Stopped;
    case core::SessionState::Failed:
        return core::RunState::Crashed;
    default:
        return core::RunState::Alive;
    }
}

LiveSession::LiveSession(EngineClient& engine, Workspace& workspace, QObject* parent)
    : QObject(parent), engine_(engine), workspace_(workspace)
{
    connect(&engine_, &EngineClient::started, this, [this](const auto& event) { onStarted(*event); });
    connect(&engine_, &EngineClient::statusArrived, this, [this](const auto& status) { onStatus(*status); });
    connect(&engine_, &EngineClient::stateChanged, this, &LiveSession::onEngineState);
    connect(&engine_, &EngineClient::metricsArrived, this, [this](const auto& event) {
        if (document_ != nullptr) {
            document_->addRows(event->rows);
        }
    });
    connect(&engine_, &EngineClient::validationArrived, this, [this](const core::ValidationRow& row) {
        if (document_ != nullptr) {
            document_->addValidation(row);
        }
    });
    connect(&engine_, &EngineClient::markArrived, this, [this](const core::RunEvent& mark) {
        if (document_ != nullptr) {
            document_->addEvent(mark);
        }
        if (mark.kind == "lr" && mark.value > 0) {
            learning_rate_ = mark.value;
            Q_EMIT statusChanged();
        }
        if (mark.kind == "note") {
            Q_EMIT noted(QString::fromStdString(mark.text));
        }
    });
    connect(&engine_, &EngineClient::kernelArrived, this, [this](const auto& frame) {
        if (document_ != nullptr) {
            document_->kernels().addLive(frame);
        }
    });
    connect(&engine_, &EngineClient::ladderArrived, this, [this](const auto& frame) {
        if (document_ != nullptr) {
            document_->setLadder(frame);
        }
    });
    connect(&workspace_, &Workspace::layerChanged, this, &LiveSession::watchLayer);
    connect(&workspace_, &Workspace::currentChanged, this, [this] {
        watchLayer();
        Q_EMIT statusChanged();
    });
    connect(&workspace_, &Workspace::stateChanged, this, &LiveSession::statusChanged);
}

bool LiveSession::isActive() const
{
    switch (status_.state) {
    case core::SessionState::Preparing:
    case core::SessionState::Running:
    case core::SessionState::Paused:
    case core::SessionState::Stopping:
        return engine_.state() == EngineClient::State::Ready;
    default:
        return false;
    }
}

double LiveSession::secondsSinceSaved() const
{
    return saved_step_ < 0 || !since_saved_.isValid() ? -1 : double(since_saved_.elapsed()) / 1000;
}

Possible LiveSession::engineReady() const
{
    switch (engine_.state()) {
    case EngineClient::State::Starting:
        return no(tr("The engine is still loading."));
    case EngineClient::State::Ready:
        return {true, {}};
    default:
        return no(tr("The engine is not running. Start it again first."));
    }
}

Possible LiveSession::canRun() const
{
    if (const Possible ready = engineReady(); !ready.yes) {
        return ready;
    }
    switch (status_.state) {
    case core::SessionState::Preparing:
        return no(tr("The run is being prepared."));
    case core::SessionState::Stopping:
        return no(tr("The run is stopping."));
    case core::SessionState::Running:
    case core::SessionState::Paused:
        return {true, {}};
    default:
        break;
    }
    const RunDocument* run = workspace_.current();
    if (run == nullptr || !run->hasHeader()) {
        return no(tr("There is no run to go on with. Start a new one from the form."));
    }
    if (run->state() == core::RunState::Finished) {
        return no(tr("This run has reached its end. Start a new one from the form."));
    }
    if (run->state() == core::RunState::Alive) {
        return no(tr("Another process is training this run."));
    }
    if (run->lastCheckpointStep() < 0) {
        return no(tr("This run has no checkpoint to go on from. Start a new one from the form."));
    }
    return {true, {}};
}

Possible LiveSession::canStep() const
{
    if (const Possible ready = engineReady(); !ready.yes) {
        return ready;
    }
    return isPaused() ? Possible{true, {}} : no(tr("Single steps are for a paused run: pause first."));
}

Possible LiveSession::canStop() const
{
    if (const Possible ready = engineReady(); !ready.yes) {
        return ready;
    }
    if (status_.state == core::SessionState::Stopping) {
        return no(tr("The run is stopping."));
    }
    return isActive() ? Possible{true, {}} : no(tr("Nothing is being trained."));
}

Possible LiveSession::canSetLearningRate() const
{
    if (const Possible ready = engineReady(); !ready.yes) {
        return ready;
    }
    return isRunning() || isPaused() ? Possible{true, {}} : no(tr("Nothing is being trained."));
}

void LiveSession::start(const core::Experiment& experiment)
{
    begin({core::toJson(experiment), {}, false, false});
}

void LiveSession::continueRun(const QString& path)
{
    const RunDocument* run = workspace_.document(path);
    begin({run->header().experiment, path.toStdString(), true, false});
}

void LiveSession::begin(core::StartRequest request)
{
    if (isActive()) {
        waiting_start_ = std::move(request);
        stop(true);
        return;
    }
    starting_resume_ = request.resume;
    changing_ = true;
    engine_.ask(std::move(request), [this](const core::Result<nlohmann::json>& answer) {
        changing_ = false;
        if (!answer) {
            Q_EMIT failed(QString::fromStdString(answer.error().message));
        }
        Q_EMIT statusChanged();
    });
    Q_EMIT statusChanged();
}

void LiveSession::change(core::RequestBody request)
{
    changing_ = true;
    engine_.ask(std::move(request), [this](const core::Result<nlohmann::json>& answer) {
        changing_ = false;
        if (!answer) {
            Q_EMIT failed(QString::fromStdString(answer.error().message));
        }
        Q_EMIT statusChanged();
    });
    Q_EMIT statusChanged();
}

void LiveSession::runOrPause()
{
    if (!canRun().yes || changing_) {
        return;
    }
    if (isRunning()) {
        change(core::PauseRequest{});
    } else if (isPaused()) {
        change(core::ResumeRequest{});
    } else {
        continueRun(workspace_.current()->path());
    }
}

void LiveSession::step(std::int64_t count)
{
    if (canStep().yes) {
        change(core::StepRequest{count});
    }
}

void LiveSession::stop(bool with_checkpoint)
{
    if (canStop().yes) {
        change(core::StopRequest{with_checkpoint});
    }
}

void LiveSession::saveCheckpoint()
{
    if (isRunning() || isPaused()) {
        change(core::CheckpointRequest{});
    }
}

void LiveSession::setLearningRate(double lr)
{
    if (canSetLearningRate().yes) {
        change(core::SetRequest{"optimizer.lr", lr});
    }
}

void LiveSession::restartEngine()
{
    status_ = {};
    engine_.launch();
    Q_EMIT statusChanged();
}

void LiveSession::onStarted(const core::StartedEvent& event)
{
    document_ = workspace_.document(QString::fromStdString(event.run));
    learning_rate_ = event.header.experiment.value("/optimizer/lr"_json_pointer, 0.0);
    saved_step_ = -1;
    document_->beginLive(event.header, starting_resume_);
    workspace_.setCurrent(document_);
    watchLayer();
    Q_EMIT documentChanged();
}

void LiveSession::onStatus(const core::SessionStatus& status)
{
    const bool was_active = isActive();
    status_ = status;
    if (status.saved_step != saved_step_) {
        saved_step_ = status.saved_step;
        since_saved_.start();
    }
    // A status may have been overtaken by the start of the next run.
    if (document_ != nullptr && document_->isLive() && document_->path().toStdString() == status.run) {
        document_->setSavedStep(status.saved_step);
        if (isActive()) {
            document_->setState(runStateOf(status.state));
        } else if (was_active) {
            document_->endLive(runStateOf(status.state));
        }
    }
    if (was_active && !isActive()) {
        if (status.state == core::SessionState::Failed) {
            Q_EMIT failed(QString::fromStdString(status.message));
        }
        if (waiting_start_) {
            begin(*std::exchange(waiting_start_, {}));
        }
    }
    Q_EMIT statusChanged();
}

void LiveSession::onEngineState()
{
    if (engine_.state() == EngineClient::State::Ended) {
        waiting_start_.reset();
        changing_ = false;
        if (document_ != nullptr && document_->isLive()) {
            document_->endLive(core::RunState::Crashed);
            Q_EMIT lost(engine_.endReason(), document_->path(), document_->lastCheckpointStep());
        } else {
            Q_EMIT lost(engine_.endReason(), {}, -1);
        }
        status_.state = core::SessionState::Idle;
    }
    Q_EMIT statusChanged();
}

void LiveSession::watchLayer()
{
    if (engine_.state() == EngineClient::State::Ready && document_ != nullptr && document_->isLive()) {
        const bool on_screen = workspace_.current() == document_;
        engine_.ask(core::WatchRequest{on_screen ? std::vector<std::size_t>{workspace_.layerIndex()}
                                                 : std::vector<std::size_t>{},
                                       kKernelsPerSecond});
    }
}

} // namespace toeplab::widgets
