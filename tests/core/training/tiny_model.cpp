// SPDX-License-Identifier: Apache-2.0
#include "tests/core/training/tiny.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace toeplab::core::tiny
{

namespace
{

constexpr std::int64_t kWidth = 4, kLength = 6, kVocabulary = 8, kClasses = 2;

/// logits = W mean_i(dropout(E[x_i] k_i)) + b, k the positive lags of the kernel; counts its training calls in a
/// buffer.
class TinyClassifier final : public Classifier
{
public:
    TinyClassifier(std::uint64_t seed, const ModelOptions& options) : options_(options)
    {
        at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
        const auto drawn = [&](std::vector<std::int64_t> shape) {
            return at::randn(shape, generator, at::TensorOptions()).requires_grad_(true);
        };
        embedding_ = drawn({kVocabulary, kWidth});
        kernel_ = drawn({kWidth, 2 * kLength - 1});
        weight_ = drawn({kWidth, kClasses});
        bias_ = drawn({kClasses});
        calls_ = at::zeros({1}, at::kLong);
    }

    at::Tensor logits(const ModelInput& input) override
    {
        const std::int64_t n = input.tokens.size(1);
        if (training_) {
            const at::NoGradGuard no_grad;
            calls_.add_(1);
        }
        at::Tensor x = at::embedding(embedding_, input.tokens) * kernel_.slice(1, kLength - 1, kLength - 1 + n).t();
        x = at::dropout(x, 0.1, training_).mean(1);
        at::Tensor y = at::matmul(x, weight_) + bias_;
        if (training_ && calls_.item<std::int64_t>() == options_.poisoned_step)
            y = y * std::numeric_limits<float>::quiet_NaN();
        return y;
    }

    std::vector<NamedTensor> parameters() override
    {
        return {{"embedding", embedding_}, {"kernel", kernel_}, {"weight", weight_}, {"bias", bias_}};
    }
    std::vector<NamedTensor> buffers() override { return {{"calls", calls_}}; }
    void setTraining(bool training) override { training_ = training; }
    std::vector<LayerInfo> layers() const override
    {
        return {{1, "sequence", "tno", "exact", false, kWidth, kLength, "a table of lags"}};
    }
    at::Tensor kernel(std::size_t) override { return kernel_.detach().clone(); }

private:
    ModelOptions options_;
    bool training_ = true;
    at::Tensor embedding_, kernel_, weight_, bias_, calls_;
};

class TinyDataset final : public Dataset
{
public:
    explicit TinyDataset(std::int64_t size) : size_(size) {}
    std::int64_t size() const override { return size_; }
    std::int64_t length(std::int64_t index) const override { return 2 + index % (kLength - 1); }
    std::string text(std::int64_t index) const override { return std::to_string(index); }
    Batch batch(std::span<const std::int64_t> indices) const override
    {
        Batch batch;
        batch.rows = static_cast<std::int64_t>(indices.size());
        batch.length = kLength;
        for (const std::int64_t index : indices) {
            for (std::int64_t i = 0; i < kLength; ++i)
                batch.tokens.push_back(i < length(index) ? static_cast<std::int32_t>((index * 5 + i * 3) % kVocabulary)
                                                         : 0);
            batch.lengths.push_back(static_cast<std::int32_t>(length(index)));
            batch.labels.push_back(static_cast<std::int32_t>(index * 5 % kVocabulary % kClasses));
        }
        return batch;
    }

private:
    std::int64_t size_;
};

class TinyTask final : public Task
{
public:
    explicit TinyTask(bool endless) : endless_(endless) {}
    std::string name() const override { return "tiny"; }
    TaskShape shape() const override { return {kClasses, kVocabulary, kLength, false, 0, 0}; }
    Result<std::shared_ptr<const Dataset>> dataset(Split split, const Progress& progress) override
    {
        while (endless_) {
            if (!progress(0.25))
                return fail("The data was not finished.");
        }
        return std::make_shared<TinyDataset>(split == Split::Train ? 50 : 21);
    }
    std::string provenance() const override { return "made up"; }

private:
    bool endless_;
};

} // namespace

std::unique_ptr<Trainer> trainer(const Experiment& experiment, const ModelOptions& options)
{
    const auto seed = static_cast<std::uint64_t>(experiment.train.seed);
    return trainerOf(std::make_unique<TinyClassifier>(seed, options), experiment.optimizer, seed);
}

std::unique_ptr<Task> task()
{
    return std::make_unique<TinyTask>(false);
}

std::unique_ptr<Task> endlessTask()
{
    return std::make_unique<TinyTask>(true);
}

Experiment experiment()
{
    Experiment experiment;
    experiment.name = "tiny";
    experiment.optimizer.lr = 0.01;
    experiment.optimizer.warmup = 5;
    experiment.optimizer.total_steps = 200;
    experiment.train.batch = 8;
    experiment.train.seed = 7;
    experiment.train.steps = 60;
    experiment.train.eval_every = 20;
    experiment.train.checkpoint_every = 25;
    return experiment;
}

} // namespace toeplab::core::tiny
