// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/kernel_store.h"

#include "core/runs/run_reader.h"
#include "widgets/engine_client/background.h"

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

constexpr std::size_t kBudgetBytes = std::size_t{192} << 20;
/// Snapshots read by one job: the scrubber fills while the rest is still being read.
constexpr std::size_t kBatch = 8;

[[nodiscard]] std::size_t bytesOf(const core::KernelFrame& frame)
{
    return frame.values.size() * sizeof(float);
}

struct ReadBatch {
    std::vector<KernelStore::Frame> frames;
    std::vector<std::int64_t> failed_steps;
    QString message;
};

[[nodiscard]] ReadBatch readBatch(const std::string& path, std::size_t layer_index, const core::LayerInfo& info,
                                  const std::vector<std::int64_t>& steps)
{
    ReadBatch batch;
    for (const std::int64_t step : steps) {
        auto snapshot = core::readKernel(path, layer_index, step);
        if (!snapshot) {
            batch.failed_steps.push_back(step);
            batch.message = QString::fromStdString(snapshot.error().message);
            continue;
        }
        auto frame = std::make_shared<core::KernelFrame>();
        frame->layer_index = layer_index;
        frame->info = info;
        frame->step = step;
        frame->values = std::move(snapshot->values);
        batch.frames.push_back(std::move(frame));
    }
    return batch;
}

} // namespace

KernelStore::KernelStore(QString run_path, Background& background, QObject* parent)
    : QObject(parent), run_path_(std::move(run_path)), background_(background)
{
}

void KernelStore::setLayers(std::vector<core::LayerInfo> layers)
{
    layers_ = std::move(layers);
}

void KernelStore::setSteps(std::vector<std::vector<std::int64_t>> steps)
{
    if (steps == steps_) {
        return;
    }
    steps_ = std::move(steps);
    // A resumed run has dropped the steps after its checkpoint.
    std::erase_if(kept_, [&](const auto& item) {
        const auto& [layer_index, step] = item.first;
        const bool gone = layer_index >= steps_.size() ||
                          !std::binary_search(steps_[layer_index].begin(), steps_[layer_index].end(), step);
        kept_bytes_ -= gone ? bytesOf(*item.second.frame) : 0;
        return gone;
    });
    Q_EMIT stepsChanged();
}

const std::vector<std::int64_t>& KernelStore::steps(std::size_t layer_index) const
{
    static const std::vector<std::int64_t> none;
    return layer_index < steps_.size() ? steps_[layer_index] : none;
}

void KernelStore::addLive(Frame frame)
{
    const std::size_t layer_index = frame->layer_index;
    live_[layer_index] = std::move(frame);
    Q_EMIT arrived(layer_index);
}

void KernelStore::forgetLive()
{
    // The newest live frame is what was shown when the engine ended: it stays until the file has something newer.
    std::erase_if(live_, [&](const auto& item) {
        const auto& stored = steps(item.first);
        return !stored.empty() && stored.back() >= item.second->step;
    });
}

KernelStore::Frame KernelStore::at(std::size_t layer_index, std::int64_t step)
{
    if (step < 0) {
        if (const auto found = live_.find(layer_index); found != live_.end()) {
            return found->second;
        }
        if (steps(layer_index).empty()) {
            return nullptr;
        }
        step = steps(layer_index).back();
    }
    if (const auto found = kept_.find({layer_index, step}); found != kept_.end()) {
        found->second.used = ++clock_;
        return found->second.frame;
    }
    ask(layer_index, {step});
    return nullptr;
}

std::vector<std::int64_t> KernelStore::affordable(std::size_t layer_index) const
{
    const auto& all = steps(layer_index);
    if (all.empty() || layer_index >= layers_.size()) {
        return {};
    }
    const core::LayerInfo& info = layers_[layer_index];
    const std::size_t each =
        std::max<std::size_t>(1, std::size_t(info.channels) * std::size_t(2 * info.length - 1) * sizeof(float));
    const std::size_t room = std::max<std::size_t>(2, kBudgetBytes / 2 / each);
    if (all.size() <= room) {
        return all;
    }
    // Evenly over the stored steps, which are already spaced over training, the first and the last included.
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < room; ++i) {
        chosen.push_back(all[i * (all.size() - 1) / (room - 1)]);
    }
    return chosen;
}

std::vector<KernelStore::Frame> KernelStore::track(std::size_t layer_index)
{
    std::vector<Frame> frames;
    std::vector<std::int64_t> missing;
    for (const std::int64_t step : affordable(layer_index)) {
        const auto found = kept_.find({layer_index, step});
        if (found == kept_.end()) {
            missing.push_back(step);
        } else {
            found->second.used = ++clock_;
            frames.push_back(found->second.frame);
        }
    }
    ask(layer_index, std::move(missing));
    return frames;
}

void KernelStore::ask(std::size_t layer_index, std::vector<std::int64_t> steps)
{
    std::erase_if(steps, [&](std::int64_t step) {
        return asked_.contains({layer_index, step}) || unreadable_.contains({layer_index, step});
    });
    if (steps.empty() || layer_index >= layers_.size()) {
        return;
    }
    for (std::size_t begin = 0; begin < steps.size(); begin += kBatch) {
        const std::vector<std::int64_t> batch(steps.begin() + std::ptrdiff_t(begin),
                                              steps.begin() + std::ptrdiff_t(std::min(begin + kBatch, steps.size())));
        for (const std::int64_t step : batch) {
            asked_.insert({layer_index, step});
        }
        background_.run(
            Background::Lane::RunFiles, this, {},
            [path = run_path_.toStdString(), layer_index, info = layers_[layer_index], batch] {
                return readBatch(path, layer_index, info, batch);
            },
            [this, layer_index, batch](ReadBatch read) {
                for (const std::int64_t step : batch) {
                    asked_.erase({layer_index, step});
                }
                for (const std::int64_t step : read.failed_steps) {
                    unreadable_.insert({layer_index, step});
                }
                for (Frame& frame : read.frames) {
                    keep(std::move(frame));
                }
                if (!read.message.isEmpty()) {
                    Q_EMIT failed(read.message);
                }
                Q_EMIT arrived(layer_index);
            });
    }
}

void KernelStore::keep(Frame frame)
{
    const Key key{frame->layer_index, frame->step};
    kept_bytes_ += bytesOf(*frame);
    kept_[key] = {std::move(frame), ++clock_};
    while (kept_bytes_ > kBudgetBytes && kept_.size() > 1) {
        const auto oldest = std::min_element(
            kept_.begin(), kept_.end(), [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
        kept_bytes_ -= bytesOf(*oldest->second.frame);
        kept_.erase(oldest);
    }
}

} // namespace toeplab::widgets
