// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/step_graph.h"
#include "core/models/classifier.h"
#include "core/tasks/task.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What a step reads that another step does not: all of it on the device, or all of it on the CPU.
struct StepInput {
    ModelInput model;
    at::Tensor labels; ///< (samples) int64
    at::Tensor rate;   ///< the learning rate, one float32
    at::Tensor share;  ///< of a part of a batch: its part of all samples, and whether they count: two float32

    /// On the CPU, in memory that a card reads by itself where the device is one.
    [[nodiscard]] static StepInput of(const Batch& batch, double lr, at::Device device);

    [[nodiscard]] std::vector<at::Tensor> tensors() const; ///< undefined where a task has none
    [[nodiscard]] StepInput to(at::Device device) const;   ///< on their way there when this returns
};

/// Training steps on a graphics card, recorded and replayed. The first two steps of a shape (rows, length) are sent
/// kernel by kernel; the second is recorded as well, and each later one of its shape is one launch. A replay computes
/// the same as the step sent kernel by kernel, to the last bit: its masks' seeds are drawn from the same generator in
/// the same order. Used by one thread.
class RecordedSteps
{
public:
    /// Enqueues a whole step, from input to parameters, without waiting for it. Returns its figures, on the device.
    using Step = std::function<at::Tensor(const StepInput&)>;

    /// An empty maker: nothing is recorded.
    RecordedSteps(StepGraphMaker maker, at::Device device, Step step);

    /// The step's figures, on their way. `staged` lies on the CPU, in memory that a card reads by itself.
    [[nodiscard]] at::Tensor run(const StepInput& staged);

    void setOn(bool on);
    [[nodiscard]] std::int64_t replayed() const { return replayed_; }
    /// Once, why steps are not recorded any more though they should be; empty: nothing happened.
    [[nodiscard]] std::string takeNote();

private:
    struct Recording {
        StepInput input;  ///< on the device, where the graph reads it
        at::Tensor seeds; ///< likewise, int64
        std::int64_t seed_count = 0;
        at::Tensor figures; ///< where the graph writes them
        std::vector<std::shared_ptr<const void>> kept;
        std::unique_ptr<StepGraph> graph;
    };
    using Shape = std::vector<std::vector<std::int64_t>>;

    void record(const Shape& shape, const StepInput& staged);
    at::Tensor replay(Recording& recording, const StepInput& staged);
    void forgetWhatIsVoid(const StepInput& staged);
    void forget();
    void giveUp(const std::string& why);

    StepGraphMaker maker_;
    at::Device device_;
    Step step_;
    bool on_ = true;
    std::map<Shape, std::int64_t> seen_;
    std::map<Shape, std::unique_ptr<Recording>> recordings_;
    std::uint64_t moves_ = 0;   ///< of the GPU library's memory when they were made
    double mib_an_element_ = 0; ///< what a step sent kernel by kernel holds at most, by its input's values
    double pool_mib_ = 0;       ///< memory that only recordings use
    std::int64_t replayed_ = 0;
    std::string note_;
};

} // namespace toeplab::core
