// SPDX-License-Identifier: Apache-2.0
#include "core/training/classifier_trainer.h"

#include "core/training/adamw.h"
#include "core/training/tensor_blob.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <utility>

namespace toeplab::core
{

namespace
{

constexpr const char* kGenerator = "cpu";

/// On the CPU, in memory that a card reads by itself where the values are for one.
at::TensorOptions stagingFor(at::ScalarType type, at::Device device)
{
    return at::TensorOptions().dtype(type).pinned_memory(device.is_cuda());
}

at::Tensor onDevice(const at::Tensor& staged, at::Device device)
{
    return staged.to(device, /*non_blocking=*/true);
}

at::Tensor longs(const std::vector<std::int32_t>& values, const std::vector<std::int64_t>& shape, at::Device device)
{
    at::Tensor tensor = at::empty(shape, stagingFor(at::kLong, device));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

at::Tensor floats(const std::vector<float>& values, const std::vector<std::int64_t>& shape, at::Device device)
{
    at::Tensor tensor = at::empty(shape, stagingFor(at::kFloat, device));
    std::memcpy(tensor.mutable_data_ptr(), values.data(), values.size() * sizeof(float));
    return tensor;
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
    ClassifierTrainer(std::unique_ptr<Classifier> model, const OptimizerSettings& settings, std::uint64_t seed)
        : model_(std::move(model)), device_(model_->parameters().front().value.device()),
          optimizer_(model_->parameters(), settings)
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
        const at::Tensor labels = labelsOf(batch);
        const at::Tensor logits = model_->logits(toInput(batch, device_));
        const at::Tensor loss = at::cross_entropy_loss(logits, labels);
        const at::Tensor hits = hitsOf(logits, labels);
        loss.backward();
        const at::Tensor norm = optimizer_.gradientNorm();
        StepOutcome outcome;
        if (device_.is_cpu()) {
            read(outcome, loss, hits, norm, labels.size(0));
            if (outcome.finite)
                optimizer_.step(lr);
        } else { // one wait for the card, after all of the step is on its way
            const at::NoGradGuard no_grad;
            optimizer_.step(lr, at::isfinite(loss + norm).logical_not().to(at::kFloat));
            read(outcome, loss, hits, norm, labels.size(0));
        }
        optimizer_.clearGradients();
        return outcome;
    }

    EvalOutcome evaluate(const Batch& batch) override
    {
        const at::NoGradGuard no_grad;
        const EvaluationMode mode(*model_);
        const at::Tensor labels = labelsOf(batch);
        const at::Tensor logits = model_->logits(toInput(batch, device_));
        const std::vector<double> figures = numbers({at::cross_entropy_loss(logits, labels), hitsOf(logits, labels)});
        const std::int64_t samples = labels.size(0);
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

    at::Tensor labelsOf(const Batch& batch) const
    {
        return onDevice(longs(batch.labels, {static_cast<std::int64_t>(batch.labels.size())}, device_), device_);
    }

    static at::Tensor hitsOf(const at::Tensor& logits, const at::Tensor& labels)
    {
        const at::NoGradGuard no_grad;
        return at::eq(at::argmax(logits, 1), labels).sum();
    }

    /// Scalars of one device, read together.
    static std::vector<double> numbers(std::vector<at::Tensor> scalars)
    {
        const at::NoGradGuard no_grad;
        for (at::Tensor& scalar : scalars)
            scalar = scalar.detach().to(at::kDouble);
        const at::Tensor all = at::stack(scalars).cpu();
        const auto* first = all.const_data_ptr<double>();
        return {first, first + all.numel()};
    }

    static void read(StepOutcome& outcome, const at::Tensor& loss, const at::Tensor& hits, const at::Tensor& norm,
                     std::int64_t samples)
    {
        const std::vector<double> figures = numbers({loss, hits, norm});
        outcome.loss = figures[0];
        outcome.accuracy = figures[1] / static_cast<double>(samples);
        outcome.grad_norm = figures[2];
        outcome.finite = std::isfinite(outcome.loss) && std::isfinite(outcome.grad_norm);
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
};

} // namespace

ModelInput toInput(const Batch& batch, at::Device device)
{
    ModelInput input;
    if (!batch.tokens.empty())
        input.tokens = onDevice(longs(batch.tokens, {batch.rows, batch.length}, device), device);
    else
        input.pixels = onDevice(floats(batch.pixels, {batch.rows, batch.length}, device), device);
    if (!batch.lengths.empty())
        input.lengths = onDevice(longs(batch.lengths, {batch.rows}, device), device);
    return input;
}

std::unique_ptr<Trainer> trainerOf(std::unique_ptr<Classifier> model, const OptimizerSettings& settings,
                                   std::uint64_t seed)
{
    return std::make_unique<ClassifierTrainer>(std::move(model), settings, seed);
}

} // namespace toeplab::core
