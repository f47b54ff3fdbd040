// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/workspace.h"

#include "widgets/models/kernel_store.h"
#include "widgets/models/run_document.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QTimer>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

/// How often open runs are looked at on the disk; a document slows this down where reading is dear.
constexpr int kPollMs = 1000;

} // namespace

Workspace::Workspace(Background& background, QObject* parent)
    : QObject(parent), background_(background), poll_(new QTimer(this))
{
    poll_->setInterval(kPollMs);
    connect(poll_, &QTimer::timeout, this, [this] {
        if (current_ != nullptr) {
            current_->refresh();
        }
    });
    poll_->start();
}

Workspace::~Workspace() = default;

RunDocument* Workspace::document(const QString& path)
{
    const QString absolute = QDir::cleanPath(QFileInfo(path).absoluteFilePath());
    for (const auto& document : documents_) {
        if (document->path() == absolute) {
            return document.get();
        }
    }
    documents_.push_back(std::make_unique<RunDocument>(absolute, next_color_++, background_));
    follow(*documents_.back());
    Q_EMIT documentsChanged();
    return documents_.back().get();
}

RunDocument* Workspace::open(const QString& path)
{
    RunDocument* const opened = document(path);
    if (!opened->hasHeader() && !opened->isLive()) {
        opened->load();
    }
    return opened;
}

void Workspace::follow(RunDocument& document)
{
    const auto forward = [this, &document](auto signal) {
        return [this, &document, signal] {
            if (&document == current_) {
                Q_EMIT(this->*signal)();
            }
        };
    };
    connect(&document, &RunDocument::headerChanged, this, [this, &document] {
        if (&document == current_) {
            clampChoices();
            Q_EMIT headerChanged();
        }
    });
    connect(&document, &RunDocument::rowsChanged, this, forward(&Workspace::rowsChanged));
    connect(&document, &RunDocument::ladderChanged, this, forward(&Workspace::ladderChanged));
    connect(&document, &RunDocument::stateChanged, this, forward(&Workspace::stateChanged));
    connect(&document, &RunDocument::problemChanged, this, forward(&Workspace::stateChanged));
    connect(&document.kernels(), &KernelStore::arrived, this, [this, &document](std::size_t layer_index) {
        if (&document == current_) {
            Q_EMIT kernelsChanged(layer_index);
        }
    });
    connect(&document.kernels(), &KernelStore::stepsChanged, this, [this, &document] {
        if (&document == current_) {
            Q_EMIT kernelsChanged(layer_index_);
        }
    });
}

void Workspace::setCurrent(RunDocument* document)
{
    if (document == current_) {
        return;
    }
    current_ = document;
    cursor_ = -1;
    clampChoices();
    Q_EMIT currentChanged();
    if (current_ != nullptr) {
        current_->refresh();
    }
}

void Workspace::clampChoices()
{
    const std::size_t layers = current_ == nullptr ? 0 : current_->header().layers.size();
    if (layers > 0 && layer_index_ >= layers) {
        layer_index_ = layers - 1;
        Q_EMIT layerChanged();
    }
    if (channel_ >= std::max<std::int64_t>(layer().channels, layers == 0 ? channel_ + 1 : 0)) {
        channel_ = -1;
        Q_EMIT channelChanged();
    }
}

core::LayerInfo Workspace::layer() const
{
    if (current_ == nullptr || layer_index_ >= current_->header().layers.size()) {
        core::LayerInfo none;
        none.layer = 0;
        return none;
    }
    return current_->header().layers[layer_index_];
}

void Workspace::setLayerIndex(std::size_t index)
{
    if (index == layer_index_ || current_ == nullptr || index >= current_->header().layers.size()) {
        return;
    }
    layer_index_ = index;
    clampChoices();
    Q_EMIT layerChanged();
}

void Workspace::moveLayer(int by)
{
    const auto wanted = std::int64_t(layer_index_) + by;
    if (wanted >= 0) {
        setLayerIndex(std::size_t(wanted));
    }
}

void Workspace::setChannel(std::int64_t channel)
{
    if (channel != channel_ && channel >= -1 && channel < std::max<std::int64_t>(layer().channels, 0)) {
        channel_ = channel;
        Q_EMIT channelChanged();
    }
}

void Workspace::setCursor(std::int64_t step)
{
    if (step != cursor_) {
        cursor_ = step;
        Q_EMIT cursorChanged();
    }
}

void Workspace::moveCursor(int by)
{
    if (current_ == nullptr) {
        return;
    }
    const auto& steps = current_->kernels().steps(layer_index_);
    if (steps.empty()) {
        return;
    }
    const auto count = std::int64_t(steps.size());
    std::int64_t place = cursor_ < 0 ? count : std::lower_bound(steps.begin(), steps.end(), cursor_) - steps.begin();
    place = std::max<std::int64_t>(place + by, 0);
    setCursor(place >= count ? -1 : steps[std::size_t(place)]);
}

void Workspace::setCrosshair(LinkAxis axis, double position)
{
    Q_EMIT crosshairChanged(axis, position);
}

void Workspace::setReadout(const QString& text)
{
    Q_EMIT readoutChanged(text);
}

} // namespace toeplab::widgets
