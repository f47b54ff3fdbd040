// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/layer_info.h"
#include "widgets/figures/figure_kinds.h"

#include <QtCore/QObject>
#include <QtCore/QString>

#include <cstdint>
#include <memory>
#include <vector>

class QTimer;

namespace toeplab::widgets
{

class Background;
class RunDocument;

/// What the window looks at: the open runs, the current one, and the choices that every panel follows (layer, channel,
/// step, crosshair).
class Workspace final : public QObject
{
    Q_OBJECT

public:
    explicit Workspace(Background& background, QObject* parent = nullptr);
    ~Workspace() override;

    [[nodiscard]] Background& background() { return background_; }

    /// The document of a run file; opened in the background when it is not open yet.
    RunDocument* open(const QString& path);
    /// The same without reading: for a run that the engine is about to tell of.
    RunDocument* document(const QString& path);
    [[nodiscard]] RunDocument* current() const { return current_; }
    void setCurrent(RunDocument* document);
    [[nodiscard]] const std::vector<std::unique_ptr<RunDocument>>& documents() const { return documents_; }

    /// Index into the current run's layers (one for each layer and axis).
    [[nodiscard]] std::size_t layerIndex() const { return layer_index_; }
    [[nodiscard]] core::LayerInfo layer() const; ///< of the current run; layer 0 when there is none yet
    void setLayerIndex(std::size_t index);
    void moveLayer(int by);

    [[nodiscard]] std::int64_t channel() const { return channel_; } ///< -1: the median over channels
    void setChannel(std::int64_t channel);

    /// A stored step to look at, or -1: the newest, following a run that trains.
    [[nodiscard]] std::int64_t cursor() const { return cursor_; }
    void setCursor(std::int64_t step);
    /// To the previous or next stored step of the chosen layer; past the last one it follows again.
    void moveCursor(int by);

    void setCrosshair(LinkAxis axis, double position);
    void setReadout(const QString& text);

Q_SIGNALS:
    void documentsChanged();
    void currentChanged();
    void layerChanged();
    void channelChanged();
    void cursorChanged();
    void crosshairChanged(toeplab::widgets::LinkAxis axis, double position);
    void readoutChanged(const QString& text);
    /// Of the current run, forwarded so that panels connect once.
    void headerChanged();
    void rowsChanged();
    void ladderChanged();
    void kernelsChanged(std::size_t layer_index);
    void stateChanged();

private:
    void follow(RunDocument& document);
    void clampChoices();

    Background& background_;
    std::vector<std::unique_ptr<RunDocument>> documents_;
    RunDocument* current_ = nullptr;
    std::size_t layer_index_ = 0;
    std::int64_t channel_ = -1;
    std::int64_t cursor_ = -1;
    int next_color_ = 0;
    QTimer* poll_;
};

} // namespace toeplab::widgets
