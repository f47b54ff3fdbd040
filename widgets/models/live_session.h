// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/experiment.h"
#include "core/protocol/messages.h"
#include "core/training/session.h"
#include "widgets/engine_client/engine_client.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QString>

#include <optional>

namespace toeplab::widgets
{

class RunDocument;
class Workspace;

/// Whether something can be done now and, when not, why: one sentence for the hover.
struct Possible {
    bool yes = false;
    QString reason;
};

/// The engine's training session as the window drives it: what state it is in, what can be done, and the flow of its
/// values into the run's document.
class LiveSession final : public QObject
{
    Q_OBJECT

public:
    LiveSession(EngineClient& engine, Workspace& workspace, QObject* parent = nullptr);

    [[nodiscard]] EngineClient& engine() const { return engine_; }
    [[nodiscard]] const core::SessionStatus& status() const { return status_; }
    /// The run that is being trained, or was last; null before the first.
    [[nodiscard]] RunDocument* document() const { return document_; }
    /// Between start and end: preparing, running, paused, stopping.
    [[nodiscard]] bool isActive() const;
    [[nodiscard]] bool isPaused() const { return status_.state == core::SessionState::Paused; }
    [[nodiscard]] bool isRunning() const { return status_.state == core::SessionState::Running; }
    /// A request that changes the state is on its way.
    [[nodiscard]] bool isChanging() const { return changing_; }
    /// The peak learning rate in force: the experiment's, or what was set since. 0: none yet.
    [[nodiscard]] double learningRate() const { return learning_rate_; }
    /// Since the newest checkpoint got to the disk; -1: none yet.
    [[nodiscard]] double secondsSinceSaved() const;

    [[nodiscard]] Possible canRun() const; ///< pause, resume, or go on with the current run from its checkpoint
    [[nodiscard]] Possible canStep() const;
    [[nodiscard]] Possible canStop() const;
    [[nodiscard]] Possible canSetLearningRate() const;

    /// A new run. One that is being trained is stopped after a checkpoint first.
    void start(const core::Experiment& experiment);
    /// Goes on with a run from its last checkpoint.
    void continueRun(const QString& path);
    void runOrPause();
    void step(std::int64_t count);
    void stop(bool with_checkpoint);
    void saveCheckpoint();
    void setLearningRate(double lr);
    /// Starts the engine again after it has ended.
    void restartEngine();

Q_SIGNALS:
    void statusChanged();
    void documentChanged();
    /// A request was refused: the engine's sentence.
    void failed(const QString& sentence);
    /// What the engine has to say of the run that it trains.
    void noted(const QString& sentence);
    /// The engine ended while it trained this run; its last checkpoint is at `step` (-1: none).
    void lost(const QString& sentence, const QString& run_path, qint64 step);

private:
    void begin(core::StartRequest request);
    void onStarted(const core::StartedEvent& event);
    void onStatus(const core::SessionStatus& status);
    void onEngineState();
    void watchLayer();
    void change(core::RequestBody request);
    [[nodiscard]] Possible engineReady() const;

    EngineClient& engine_;
    Workspace& workspace_;
    core::SessionStatus status_;
    RunDocument* document_ = nullptr;
    std::optional<core::StartRequest> waiting_start_; ///< until the run before it has stopped
    bool starting_resume_ = false;
    bool changing_ = false;
    double learning_rate_ = 0;
    std::int64_t saved_step_ = -1;
    QElapsedTimer since_saved_;
};

[[nodiscard]] core::RunState runStateOf(core::SessionState state);

} // namespace toeplab::widgets
