// SPDX-License-Identifier: Apache-2.0
#include "core/training/recorded_steps.h"

#include "core/device/gpu.h"
#include "core/models/functions/sequence_functions.h"
#include "core/operators/base/keepsakes.h"
#include "core/training/runtime.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace toeplab::core
{
namespace
{

constexpr std::size_t kMostRecordings = 128; // of some MiB each; their tensors share one pool
constexpr std::int64_t kMostSeeds = 1024;    // masks a step

std::vector<std::vector<std::int64_t>> shapeOf(const StepInput& input)
{
    std::vector<std::vector<std::int64_t>> shape;
    for (const at::Tensor& tensor : input.tensors())
        shape.push_back(tensor.defined() ? tensor.sizes().vec() : std::vector<std::int64_t>());
    return shape;
}

double elementsOf(const StepInput& input)
{
    return static_cast<double>((input.model.tokens.defined() ? input.model.tokens : input.model.pixels).numel());
}

/// Values on the CPU, in memory that a card reads by itself where they are for one.
template <typename T, typename Value>
at::Tensor stagedValues(const std::vector<Value>& values, const std::vector<std::int64_t>& shape, at::Device device)
{
    const auto options = at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value);
    at::Tensor tensor = at::empty(shape, options.pinned_memory(device.is_cuda()));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<T>());
    return tensor;
}

/// How often the GPU library gave memory up that recorded kernels may point to.
std::uint64_t movesOfLibrary(at::Device device)
{
    std::uint64_t moves = 0;
    if (const Gpu* gpu = gpuAt(device.index()); gpu != nullptr)
        gpu->call(&kernels::gpu::Table::moves, &moves);
    return moves;
}

} // namespace

std::vector<at::Tensor> StepInput::tensors() const
{
    return {model.tokens, model.pixels, model.lengths, labels, rate, share};
}

StepInput StepInput::of(const Batch& batch, double lr, at::Device device)
{
    StepInput input;
    if (!batch.tokens.empty())
        input.model.tokens = stagedValues<std::int64_t>(batch.tokens, {batch.rows, batch.length}, device);
    else
        input.model.pixels = stagedValues<float>(batch.pixels, {batch.rows, batch.length}, device);
    if (!batch.lengths.empty())
        input.model.lengths = stagedValues<std::int64_t>(batch.lengths, {batch.rows}, device);
    const auto samples = static_cast<std::int64_t>(batch.labels.size());
    input.labels = stagedValues<std::int64_t>(batch.labels, {samples}, device);
    input.rate = stagedValues<float>(std::vector<double>{lr}, {}, device);
    return input;
}

StepInput StepInput::to(at::Device device) const
{
    const auto moved = [device](const at::Tensor& tensor) {
        return tensor.defined() ? tensor.to(device, /*non_blocking=*/true) : tensor;
    };
    StepInput there;
    there.model.tokens = moved(model.tokens);
    there.model.pixels = moved(model.pixels);
    there.model.lengths = moved(model.lengths);
    there.labels = moved(labels);
    there.rate = moved(rate);
    there.share = moved(share);
    return there;
}

RecordedSteps::RecordedSteps(StepGraphMaker maker, at::Device device, Step step)
    : maker_(std::move(maker)), device_(device), step_(std::move(step)), on_(maker_ != nullptr)
{
}

at::Tensor RecordedSteps::run(const StepInput& staged)
{
    if (!on_)
        return step_(staged.to(device_));
    forgetWhatIsVoid(staged);
    const Shape shape = shapeOf(staged);
    if (const auto found = recordings_.find(shape); found != recordings_.end())
        return replay(*found->second, staged);
    if (mib_an_element_ == 0)
        forgetCardPeak(device_.index());
    const at::Tensor figures = step_(staged.to(device_));
    if (mib_an_element_ == 0)
        mib_an_element_ = cardMemory(device_.index()).peak_mib / elementsOf(staged);
    if (++seen_[shape] > 1 && recordings_.size() < kMostRecordings)
        record(shape, staged);
    return figures;
}

void RecordedSteps::record(const Shape& shape, const StepInput& staged)
{
    releaseUnusedCardMemory(); // what the step before left: a recording's tensors have memory of their own
    const double reserved = cardMemory(device_.index()).reserved_mib;
    auto made = std::make_unique<Recording>();
    made->input = staged.to(device_);
    made->seeds = at::zeros({kMostSeeds}, at::TensorOptions().dtype(at::kLong).device(device_));
    moves_ = movesOfLibrary(device_);
    try {
        made->graph = maker_();
        made->graph->record([this, &one = *made] {
            Keepsakes keepsakes;
            const SeedPlaces places(one.seeds);
            one.figures = step_(one.input);
            one.seed_count = places.used();
            one.kept = keepsakes.take();
        });
    } catch (const std::exception& error) {
        giveUp(error.what());
        return;
    }
    pool_mib_ += cardMemory(device_.index()).reserved_mib - reserved;
    recordings_.emplace(shape, std::move(made));
}

at::Tensor RecordedSteps::replay(Recording& recording, const StepInput& staged)
{
    const std::vector<at::Tensor> from = staged.tensors();
    std::vector<at::Tensor> to = recording.input.tensors();
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (from[i].defined())
            to[i].copy_(from[i], /*non_blocking=*/true);
    }
    if (recording.seed_count > 0) {
        const auto options = at::TensorOptions().dtype(at::kLong).pinned_memory(device_.is_cuda());
        at::Tensor seeds = at::empty({recording.seed_count}, options);
        auto* first = seeds.mutable_data_ptr<std::int64_t>();
        std::generate_n(first, recording.seed_count, [] { return static_cast<std::int64_t>(drawSeed()); });
        recording.seeds.narrow(0, 0, recording.seed_count).copy_(seeds, /*non_blocking=*/true);
    }
    recording.graph->replay();
    ++replayed_;
    return recording.figures;
}

void RecordedSteps::forgetWhatIsVoid(const StepInput& staged)
{
    if (recordings_.empty())
        return;
    if (movesOfLibrary(device_) != moves_) {
        forget();
        return;
    }
    if (recordings_.contains(shapeOf(staged)))
        return;
    // A step sent kernel by kernel needs memory of its own, beside that of the recordings.
    const CardMemory memory = cardMemory(device_.index());
    const double usable = freeCardMib(device_.index()) + memory.reserved_mib - memory.held_mib - pool_mib_;
    constexpr double kMargin = 1.1;
    if (kMargin * mib_an_element_ * elementsOf(staged) > usable)
        giveUp(fmt::format("batches of several lengths and their recordings need more memory than the {:.0f} MiB that "
                           "are left",
                           usable));
}

void RecordedSteps::forget()
{
    recordings_.clear();
    seen_.clear();
    pool_mib_ = 0;
    releaseUnusedCardMemory();
}

void RecordedSteps::giveUp(const std::string& why)
{
    on_ = false;
    forget();
    const std::string first = why.substr(0, why.find('\n'));
    note_ = fmt::format("Steps are sent to the graphics card kernel by kernel from here on, not as one recording: {}.",
                        first.substr(0, first.find_last_not_of(". ") + 1));
}

void RecordedSteps::setOn(bool on)
{
    forget();
    on_ = on && maker_ != nullptr;
}

std::string RecordedSteps::takeNote()
{
    return std::exchange(note_, {});
}

} // namespace toeplab::core
