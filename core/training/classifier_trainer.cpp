// SPDX-License-Identifier: Apache-2.0
#include "core/training/classifier_trainer.h"

#include "core/training/adamw.h"
#include "core/training/recorded_steps.h"
#include "core/training/runtime.h"
#include "core/training/tensor_blob.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
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

class ClassifierTrainer final : public TrainerPart
{
public:
    ClassifierTrainer(std::unique_ptr<Classifier> model, const OptimizerSettings& settings, std::uint64_t seed,
                      StepGraphMaker graphs)
        : model_(std::move(model)), device_(model_->parameters().front().value.device()),
          optimizer_(model_->parameters(), settings), waits_(graphs == nullptr && device_.is_cpu()),
          recorded_(std::move(graphs), device_, [this](const StepInput& input) {
              return input.share.defined() ? gradientsOf(input) : enqueue(input);
          })
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
        enter();
        const StepInput input = StepInput::of(batch, lr, device_);
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
        outcome.note = takeNote();
        return outcome;
    }

    void recordSteps(bool on) override { recorded_.setOn(on); }
    std::int64_t replayedSteps() const override { return recorded_.replayed(); }

    Gradients computeGradients(const Batch& part, double lr, double share) override
    {
        enter();
        StepInput input = StepInput::of(part, lr, device_);
        input.share = at::empty({2}, input.rate.options().pinned_memory(device_.is_cuda()));
        input.share.mutable_data_ptr<float>()[0] = static_cast<float>(share);
        input.share.mutable_data_ptr<float>()[1] = share > 0 ? 1 : 0;
        part_rate_ = input.rate.to(device_, /*non_blocking=*/true);
        part_ = recorded_.run(input);
        return {part_.mutable_data_ptr<float>(), part_.numel()};
    }

    void applyGradients() override
    {
        enter();
        const at::NoGradGuard no_grad;
        std::int64_t begin = 0;
        const auto next = [&](const at::Tensor& like) {
            const at::Tensor values = part_.narrow(0, begin, like.numel()).view(like.sizes());
            begin += like.numel();
            return values;
        };
        std::vector<AdamW::Slot>& slots = optimizer_.slots();
        for (const std::size_t slot : with_gradient_)
            slots[slot].parameter.value.mutable_grad() = next(slots[slot].parameter.value);
        std::vector<at::Tensor> statistics;
        for (const at::Tensor& buffer : movingStatistics())
            statistics.push_back(next(buffer));
        const at::Tensor loss_and_hits = part_.narrow(0, begin, 2);
        figures_ = together({loss_and_hits.select(0, 0), loss_and_hits.select(0, 1), optimizer_.gradientNorm()});
        const at::Tensor spoiled = at::isfinite(figures_.sum()).logical_not().to(at::kFloat);
        optimizer_.step(part_rate_, spoiled);
        optimizer_.clearGradients();
        std::size_t i = 0;
        for (const at::Tensor& buffer : movingStatistics())
            buffer.copy_(statistics[i++]);
    }

    StepOutcome outcome(std::int64_t samples) override
    {
        StepOutcome outcome = read(figures_, samples);
        outcome.note = takeNote();
        return outcome;
    }

    std::string takeNote() override { return recorded_.takeNote(); }

    EvalOutcome evaluate(const Batch& batch) override
    {
        beginEvaluation(batch);
        return endEvaluation();
    }

    void beginEvaluation(const Batch& batch) override
    {
        enter();
        const at::NoGradGuard no_grad;
        const EvaluationMode mode(*model_);
        const StepInput input = StepInput::of(batch, 0, device_).to(device_);
        const at::Tensor logits = model_->logits(input.model);
        evaluated_ = together({at::cross_entropy_loss(logits, input.labels), hitsOf(logits, input.labels)});
        evaluated_samples_ = input.labels.size(0);
    }

    EvalOutcome endEvaluation() override
    {
        const std::vector<double> figures = numbers(evaluated_);
        return {figures[0] * static_cast<double>(evaluated_samples_), std::llround(figures[1]), evaluated_samples_};
    }

    std::vector<float> kernel(std::size_t index) override
    {
        enter();
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

    /// LibTorch's device of this thread is the trainer's from here on.
    void enter() const
    {
        if (device_.is_cuda())
            enterCard(device_.index());
    }

    /// What norms keep of the batches they saw.
    std::vector<at::Tensor> movingStatistics()
    {
        std::vector<at::Tensor> statistics;
        for (const NamedTensor& buffer : model_->buffers()) {
            if (buffer.value.is_floating_point())
                statistics.push_back(buffer.value);
        }
        return statistics;
    }

    /// A part's contribution, as TrainerPart::Gradients lays it out.
    at::Tensor gradientsOf(const StepInput& input)
    {
        optimizer_.clearGradients();
        const at::Tensor share = input.share.select(0, 0);
        const at::Tensor logits = model_->logits(input.model);
        const at::Tensor loss = at::cross_entropy_loss(logits, input.labels) * share;
        const at::Tensor hits = hitsOf(logits, input.labels) * input.share.select(0, 1);
        loss.backward();
        const at::NoGradGuard no_grad;
        std::vector<at::Tensor> all;
        with_gradient_.clear();
        const std::vector<AdamW::Slot>& slots = optimizer_.slots();
        for (std::size_t slot = 0; slot < slots.size(); ++slot) {
            if (const at::Tensor& gradient = slots[slot].parameter.value.grad(); gradient.defined()) {
                with_gradient_.push_back(slot);
                all.push_back(gradient.flatten());
            }
        }
        for (const at::Tensor& statistics : movingStatistics())
            all.push_back((statistics * share).flatten());
        all.push_back(loss.view({1}));
        all.push_back(hits.view({1}));
        optimizer_.clearGradients();
        return at::cat(all);
    }

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

    // Of a part of a batch.
    std::vector<std::size_t> with_gradient_; ///< slots of the optimiser
    at::Tensor part_;                        ///< what computeGradients() gave
    at::Tensor part_rate_, figures_;
    at::Tensor evaluated_;
    std::int64_t evaluated_samples_ = 0;
};

} // namespace

std::unique_ptr<TrainerPart> trainerOf(std::unique_ptr<Classifier> model, const OptimizerSettings& settings,
                                       std::uint64_t seed, StepGraphMaker graphs)
{
    return std::make_unique<ClassifierTrainer>(std::move(model), settings, seed, std::move(graphs));
}

} // namespace toeplab::core
