// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/session.h"

#include <QtCore/QObject>
#include <QtCore/QString>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace toeplab::widgets
{

class Background;

/// The kernels of one run: the live frames that the engine sends and the stored snapshots that are read on demand, kept
/// within a budget of bytes (least recently used goes first).
class KernelStore final : public QObject
{
    Q_OBJECT

public:
    using Frame = std::shared_ptr<const core::KernelFrame>;

    KernelStore(QString run_path, Background& background, QObject* parent = nullptr);

    void setLayers(std::vector<core::LayerInfo> layers);
    void setSteps(std::vector<std::vector<std::int64_t>> steps);
    /// Stored steps of a layer, ascending; empty: none yet.
    [[nodiscard]] const std::vector<std::int64_t>& steps(std::size_t layer_index) const;

    void addLive(Frame frame);
    void forgetLive();

    /// The kernel of a layer at a stored step, or the newest there is (live before stored) for step -1. Null where it
    /// is not here yet: it is then being read, and arrived() tells.
    [[nodiscard]] Frame at(std::size_t layer_index, std::int64_t step);

    /// The layer's snapshots that are here, ascending, at most what the budget holds; the missing ones are being read.
    [[nodiscard]] std::vector<Frame> track(std::size_t layer_index);
    [[nodiscard]] bool isReading() const { return !asked_.empty(); }

Q_SIGNALS:
    void arrived(std::size_t layer_index);
    void stepsChanged();
    /// A snapshot could not be read: one sentence.
    void failed(const QString& message);

private:
    using Key = std::pair<std::size_t, std::int64_t>;
    struct Entry {
        Frame frame;
        quint64 used = 0;
    };
    void ask(std::size_t layer_index, std::vector<std::int64_t> steps);
    void keep(Frame frame);
    [[nodiscard]] std::vector<std::int64_t> affordable(std::size_t layer_index) const;

    QString run_path_;
    Background& background_;
    std::vector<core::LayerInfo> layers_;
    std::vector<std::vector<std::int64_t>> steps_;
    std::map<std::size_t, Frame> live_;
    std::map<Key, Entry> kept_;
    std::set<Key> asked_, unreadable_;
    std::size_t kept_bytes_ = 0;
    quint64 clock_ = 0;
};

} // namespace toeplab::widgets
