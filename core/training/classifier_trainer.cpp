// SPDX-License-Identifier: Apache-2.0
#include "core/training/classifier_trainer.h"

#include "core/device/gpu.h"
#include "core/device/libraries.h"
#include "core/training/adamw.h"
#include "core/training/recorded_steps.h"
#include "core/training/runtime.h"
#include "core/training/tensor_blob.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

namespace toeplab::core
{

namespace
{

constexpr const char* kGenerator = "cpu";

/// Values on the CPU, in memory that a card reads by itself where they are for one.
template <typename T, typename Value>
at::Tensor stagedValues(const std::vector<Value>& values, const std::vector<std::int64_t>& shape, at::Device device)
{
    const auto options = at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value);
    at::Tensor tensor = at::empty(shape, options.pinned_memory(device.is_cuda()));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<T>());
    return tensor;
}

StepInput staged(const Batch& batch, double lr, at::Device device)
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

/// The generator that dropout draws from.
class Generator
{
public:
    static void seed(std::uint64_t seed)
    {
        at::Generator generator = at::detail::getDefaultCPUGenerator();
        const std::lock_guard lock(generator.mutex());
        generator.set_current_seed(seed);
    }
    static at::Tensor state()
    {
        at::Generator generator = at::detail::getDefaultCPUGenerator();
        const std::lock_guard lock(generator.mutex());
        return generator.get_state();
    }
    static void restore(const TensorBlob& blob)
    {
        at::Tensor bytes = at::empty(blob.shape, at::kByte);
        copyInto(blob, bytes);
        at::Generator generator = at::detail::getDefaultCPUGenerator();
        const std::lock_guard lock(generator.mutex());
        generator.set_state(bytes);
    }
};

class ClassifierTrainer final : public Trainer
{
public:
    ClassifierTrainer(std::unique_ptr<Classifier> model, const OptimizerSettings& settings, std::uint64_t seed,
                      StepGraphMaker graphs)
        : model_(std::move(model)), device_(model_->parameters().front().value.device()),
          optimizer_(model_->parameters(), settings), waits_(graphs == nullptr && device_.is_cpu()),
          recorded_(std::move(graphs), device_, [this](const StepInput& input) { return enqueue(input); })
    {
        at::init_num_threads(); // OpenMP counts threads for each thread that asks
        Generator::seed(seed);
        model_->setTraining(true);
    }

    std::int64_t parameterCount() const override
    {
        std::int64_t count = 0;
        for (const NamedTensor& parameter : model_->parameters())
            count += parameter.value.numel();
        return count;
    }

    std::vector<LayerInfo> layers() const override { return model_->layers(); }

    StepOutcome step(const Batch& batch, double lr) override
    {
        const StepInput input = staged(batch, lr, device_);
        const std::int64_t samples = input.labels.size(0);
        StepOutcome outcome;
        if (waits_) {
            outcome = read(figuresOf(input), samples);
            if (outcome.finite)
                optimizer_.step(lr);
            optimizer_.clearGradients();
        } else { // one wait for the card, after all of the step is on its way
            outcome = read(recorded_.run(input), samples);
        }
        outcome.note = recorded_.takeNote();
        return outcome;
    }

    void recordSteps(bool on) override { recorded_.setOn(on); }
    std::int64_t replayedSteps() const override { return recorded_.replayed(); }

    EvalOutcome evaluate(const Batch& batch) override
    {
        const at::NoGradGuard no_grad;
        const EvaluationMode mode(*model_);
        const StepInput input = staged(batch, 0, device_).to(device_);
        const at::Tensor logits = model_->logits(input.model);
        const std::vector<double> figures =
            numbers(together({at::cross_entropy_loss(logits, input.labels), hitsOf(logits, input.labels)}));
        const std::int64_t samples = input.labels.size(0);
        return {figures[0] * static_cast<double>(samples), std::llround(figures[1]), samples};
    }

    std::vector<float> kernel(std::size_t index) override
    {
        const at::NoGradGuard no_grad;
        const EvaluationMode mode(*model_);
        const at::Tensor kernel = model_->kernel(index).contiguous();
        const auto* first = kernel.const_data_ptr<float>();
        return {first, first + kernel.numel()};
    }

    Checkpoint save() override
    {
        Checkpoint checkpoint;
        for (const std::vector<NamedTensor>& tensors : {model_->parameters(), model_->buffers()}) {
            for (const NamedTensor& tensor : tensors)
                checkpoint.parameters[tensor.name] = toBlob(tensor.value);
        }
        for (const AdamW::Slot& slot : optimizer_.slots()) {
            checkpoint.optimizer["exp_avg/" + slot.parameter.name] = toBlob(slot.exp_avg);
            checkpoint.optimizer["exp_avg_sq/" + slot.parameter.name] = toBlob(slot.exp_avg_sq);
            checkpoint.optimizer["steps/" + slot.parameter.name] = toBlob(slot.steps);
        }
        checkpoint.generators[kGenerator] = toBlob(Generator::state());
        return checkpoint;
    }

    Result<void> restore(const Checkpoint& checkpoint, Restore what) override
    {
        std::vector<std::pair<const TensorBlob*, at::Tensor>> copies;
        for (const std::vector<NamedTensor>& tensors : {model_->parameters(), model_->buffers()}) {
            for (const NamedTensor& tensor : tensors) {
                if (auto found = match(checkpoint.parameters, tensor.name, tensor.value, copies); !found)
                    return found;
            }
        }
        if (what == Restore::Everything) {
            for (AdamW::Slot& slot : optimizer_.slots()) {
                for (const auto& [prefix, value] : {std::pair<std::string, at::Tensor>("exp_avg/", slot.exp_avg),
                                                    {"exp_avg_sq/", slot.exp_avg_sq},
                                                    {"steps/", slot.steps}}) {
                    if (auto found = match(checkpoint.optimizer, prefix + slot.parameter.name, value, copies); !found)
                        return found;
                }
            }
            const auto generator = checkpoint.generators.find(kGenerator);
            if (generator == checkpoint.generators.end())
                return fail("The checkpoint has no random generator state, so the run cannot go on exactly.");
            if (auto fitting = fits(generator->second, Generator::state(), "random generator"); !fitting)
                return fitting;
            Generator::restore(generator->second);
        }
        for (const auto& [blob, target] : copies)
            copyInto(*blob, target);
        return {};
    }

private:
    /// Dropout off and stored statistics while it lives.
    class EvaluationMode
    {
    public:
        explicit EvaluationMode(Classifier& model) : model_(model) { model_.setTraining(false); }
        ~EvaluationMode() { model_.setTraining(true); }
        EvaluationMode(const EvaluationMode&) = delete;
        EvaluationMode& operator=(const EvaluationMode&) = delete;

    private:
        Classifier& model_;
    };

    /// Forward and backward. Loss, hits and the gradients' norm, on the device.
    at::Tensor figuresOf(const StepInput& input)
    {
        optimizer_.clearGradients(); // of a step that was cut off
        const at::Tensor logits = model_->logits(input.model);
        const at::Tensor loss = at::cross_entropy_loss(logits, input.labels);
        const at::Tensor hits = hitsOf(logits, input.labels);
        loss.backward();
        return together({loss, hits, optimizer_.gradientNorm()});
    }

    /// The whole step, without waiting for anything: parameters stay where the loss or the gradient is not finite.
    at::Tensor enqueue(const StepInput& input)
    {
        at::Tensor figures = figuresOf(input);
        const at::NoGradGuard no_grad;
        optimizer_.step(input.rate, at::isfinite(figures.sum()).logical_not().to(at::kFloat));
        optimizer_.clearGradients();
        return figures;
    }

    static at::Tensor hitsOf(const at::Tensor& logits, const at::Tensor& labels)
    {
        const at::NoGradGuard no_grad;
        return at::eq(at::argmax(logits, 1), labels).sum();
    }

    /// Scalars of one device as float64 in one tensor, so that they are read together.
    static at::Tensor together(std::vector<at::Tensor> scalars)
    {
        const at::NoGradGuard no_grad;
        for (at::Tensor& scalar : scalars)
            scalar = scalar.detach().to(at::kDouble);
        return at::stack(scalars);
    }

    static std::vector<double> numbers(const at::Tensor& figures)
    {
        const at::Tensor here = figures.cpu();
        const auto* first = here.const_data_ptr<double>();
        return {first, first + here.numel()};
    }

    static StepOutcome read(const at::Tensor& device_figures, std::int64_t samples)
    {
        const std::vector<double> figures = numbers(device_figures);
        StepOutcome outcome;
        outcome.loss = figures[0];
        outcome.accuracy = figures[1] / static_cast<double>(samples);
        outcome.grad_norm = figures[2];
        outcome.finite = std::isfinite(outcome.loss) && std::isfinite(outcome.grad_norm);
        return outcome;
    }

    static Result<void> match(const std::map<std::string, TensorBlob>& blobs, const std::string& name,
                              const at::Tensor& target, std::vector<std::pair<const TensorBlob*, at::Tensor>>& copies)
    {
        const auto found = blobs.find(name);
        if (found == blobs.end())
            return fail("The checkpoint has no tensor {}. The run was trained with other settings.", name);
        copies.emplace_back(&found->second, target);
        return fits(found->second, target, name);
    }

    std::unique_ptr<Classifier> model_;
    at::Device device_;
    AdamW optimizer_;
    bool waits_; ///< for loss and gradients, before the parameters move
    RecordedSteps recorded_;
};

} // namespace

std::unique_ptr<Trainer> trainerOf(std::unique_ptr<Classifier> model, const OptimizerSettings& settings,
                                   std::uint64_t seed, StepGraphMaker graphs)
{
    return std::make_unique<ClassifierTrainer>(std::move(model), settings, seed, std::move(graphs));
}

Result<std::unique_ptr<Trainer>> makeTrainer(const Experiment& experiment, const TaskShape& shape)
{
    const auto seed = static_cast<std::uint64_t>(experiment.train.seed);
    Result<std::unique_ptr<Classifier>> model = makeClassifier(experiment, shape, seed);
    if (!model)
        return tl::unexpected(model.error());
    StepGraphMaker graphs;
    if (currentGpu() != nullptr) {
        Result<StepGraphMaker> loaded = loadStepGraphs();
        if (!loaded)
            return tl::unexpected(loaded.error());
        graphs = std::move(*loaded);
        enterDevice();
        setProducts(experiment.train.precision);
        const at::Device card(at::kCUDA, static_cast<c10::DeviceIndex>(currentGpuIndex()));
        moveTo((*model)->parameters(), card);
        moveTo((*model)->buffers(), card);
    }
    return trainerOf(std::move(*model), experiment.optimizer, seed, std::move(graphs));
}

} // namespace toeplab::core
