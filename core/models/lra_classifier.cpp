// SPDX-License-Identifier: Apache-2.0
#include "core/models/lra_classifier.h"

#include "core/operators/base/keepsakes.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace toeplab::core
{
namespace
{

/// Tokens or pixels to (batch, width, n). Parameter names 0.weight, 0.bias.
class Encoder final : public Module
{
public:
    Encoder(const ModelSettings& settings, const TaskShape& shape, Initializer& initial)
        : settings_(settings), tokens_(shape.vocabulary > 0)
    {
        if (tokens_)
            weight_ = addParameter("0.weight", initial.normal({shape.vocabulary, settings.width}));
        else
            pixels_ = std::make_unique<Linear>(1, settings.width, true, initial);
        if (pixels_ != nullptr)
            addPart("0", *pixels_);
        positions_ = makePositions(shape.max_length, initial.dtype());
    }

    at::Tensor forward(const ModelInput& input)
    {
        const std::int64_t n = tokens_ ? input.tokens.size(1) : input.pixels.size(1);
        const at::Device device = tokens_ ? weight_.device() : pixels_->weight.device();
        if (n > positions_.size(1) || positions_.device() != device)
            positions_ = makePositions(std::max(n, positions_.size(1)), positions_.scalar_type()).to(device);
        keep(positions_);
        const kernels::Dropout dropout = drawDropout(training() ? settings_.embedding_dropout : 0);
        if (tokens_)
            return embedTokens(input.tokens, weight_, positions_, dropout);
        return embedPixels(input.pixels, pixels_->weight, pixels_->bias, positions_, dropout);
    }

private:
    at::Tensor makePositions(std::int64_t n, at::ScalarType dtype) const
    {
        at::Tensor positions = at::empty({settings_.width, n}, dtype);
        if (dtype == at::kDouble)
            kernels::sinusoidalPositions(settings_.width, n, positions.data_ptr<double>());
        else
            kernels::sinusoidalPositions(settings_.width, n, positions.data_ptr<float>());
        return positions;
    }

    ModelSettings settings_;
    bool tokens_;
    at::Tensor weight_;
    std::unique_ptr<Linear> pixels_;
    at::Tensor positions_;
};

kernels::Pooling poolingFromName(const std::string& name)
{
    using enum kernels::Pooling;
    return name == "last" ? Last : (name == "first" ? First : (name == "sum" ? Sum : Mean));
}

class LraClassifier final : public Classifier, private Module
{
public:
    LraClassifier(const Experiment& experiment, const TaskShape& shape, const ClassifierOptions& options,
                  std::vector<std::unique_ptr<ResidualBlock>> blocks, Initializer& initial)
        : experiment_(experiment), shape_(shape), pooling_(poolingFromName(experiment.model.pool)),
          encoder_(experiment.model, shape, initial), blocks_(std::move(blocks)),
          decoder_({shape.pairs, experiment.model.nli, options.pair_act, shape.classes}, experiment.model.width,
                   initial)
    {
        addPart("encoder", encoder_);
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            addPart(fmt::format("model.layers.{}", i), *blocks_[i]);
        if (experiment.model.prenorm) {
            norm_ = std::make_unique<BlockNorm>(experiment.model.norm, experiment.model.width, initial);
            addPart("model.norm", *norm_);
        }
        addPart("decoder", decoder_);
    }

    at::Tensor logits(const ModelInput& input) override
    {
        at::Tensor x = encoder_.forward(input);
        for (const auto& block : blocks_)
            x = block->forward(x);
        if (norm_ != nullptr)
            x = norm_->forward(x);
        const at::Tensor lengths = experiment_.model.use_lengths ? input.lengths : at::Tensor();
        return decoder_.forward(pool(pooling_, x, lengths));
    }

    std::vector<NamedTensor> parameters() override { return Module::parameters(); }
    std::vector<NamedTensor> buffers() override { return Module::buffers(); }
    void setTraining(bool training) override { Module::setTraining(training); }

    std::vector<LayerInfo> layers() const override
    {
        std::vector<LayerInfo> out;
        for (const Kernel& kernel : kernels()) {
            LayerInfo info;
            info.layer = kernel.layer;
            info.axis = kernel.axis.name;
            info.kind = experiment_.mixer.kind;
            info.mode = experiment_.mixer.mode;
            info.causal = experiment_.mixer.causal;
            info.channels = kernel.axis.toeplitz->channels();
            info.length = kernel.axis.length;
            info.description = kernel.axis.toeplitz->describe(kernel.axis.length);
            out.push_back(std::move(info));
        }
        return out;
    }

    at::Tensor kernel(std::size_t index) override
    {
        const at::NoGradGuard no_graph;
        const std::vector<Kernel> all = kernels();
        TORCH_CHECK(index < all.size(), "kernel ", index, " of ", all.size(), " was asked for");
        const ToeplitzOperator::Axis& axis = all[index].axis;
        return axis.toeplitz->kernel(axis.length).to(at::kCPU, at::kFloat).contiguous();
    }

private:
    struct Kernel {
        std::int64_t layer = 0;
        ToeplitzOperator::Axis axis;
    };

    std::vector<Kernel> kernels() const
    {
        std::vector<Kernel> out;
        std::int64_t layer = 0;
        for (const auto& block : blocks_) {
            if (block->mixer() == nullptr)
                continue;
            ++layer;
            for (ToeplitzOperator::Axis& axis : block->mixer()->toeplitz().axes(shape_.max_length))
                out.push_back({layer, std::move(axis)});
        }
        return out;
    }

    Experiment experiment_;
    TaskShape shape_;
    kernels::Pooling pooling_;
    Encoder encoder_;
    std::vector<std::unique_ptr<ResidualBlock>> blocks_;
    std::unique_ptr<BlockNorm> norm_;
    Decoder decoder_;
};

std::string problemOf(const Experiment& experiment, const TaskShape& shape)
{
    const ModelSettings& m = experiment.model;
    static const std::vector<std::string> kNorms{"layer", "batch", "instance", "simplerms", "none"};
    if (m.layers < 1 || m.width < 1)
        return fmt::format("A model needs at least one layer and one channel: model.layers is {}, model.width {}.",
                           m.layers, m.width);
    if (std::find(kNorms.begin(), kNorms.end(), m.norm) == kNorms.end())
        return fmt::format("model.norm is {}: it must be layer, batch, instance, simplerms or none.", m.norm);
    if (m.glu_ratio * static_cast<double>(m.width) < 1)
        return fmt::format("model.glu_ratio is {:g}, which leaves a GLU of width 0. Raise it.", m.glu_ratio);
    if (mixerChannels(experiment.mixer, m.width) < 1)
        return fmt::format("mixer.expand_ratio is {:g} and mixer.heads {}, which leaves a mixer of 0 channels. Raise "
                           "the ratio.",
                           experiment.mixer.expand_ratio, experiment.mixer.heads);
    if (shape.classes < 2 || shape.max_length < 1)
        return fmt::format("The task has {} classes and sequences of at most {} positions; a classifier needs at "
                           "least 2 classes and 1 position.",
                           shape.classes, shape.max_length);
    return {};
}

} // namespace

Result<std::unique_ptr<Classifier>> makeLraClassifier(const Experiment& experiment, const TaskShape& shape,
                                                      std::uint64_t seed, at::ScalarType dtype,
                                                      const ClassifierOptions& options)
{
    if (const std::string problem = problemOf(experiment, shape); !problem.empty())
        return fail("{}", problem);
    const ModelSettings& settings = experiment.model;
    const auto inner = static_cast<std::int64_t>(std::floor(static_cast<double>(settings.width) * settings.glu_ratio));
    const Products products = productsFor(experiment.train.precision);
    Initializer initial(seed, dtype);
    std::vector<std::unique_ptr<ResidualBlock>> blocks;
    for (std::int64_t l = 0; l < settings.layers; ++l) {
        auto toeplitz = makeOperator({experiment.mixer, mixerChannels(experiment.mixer, settings.width),
                                      shape.max_length, shape.height, shape.width},
                                     initial);
        if (!toeplitz)
            return tl::unexpected(toeplitz.error());
        auto mixer = std::make_unique<MixerUnit>(
            experiment.mixer,
            MixerUnit::Options{Family::Lra, true, experiment.mixer.axes == 2 ? settings.dropout : 0, products},
            settings.width, std::move(*toeplitz), initial);
        blocks.push_back(std::make_unique<ResidualBlock>(settings, std::move(mixer), nullptr, initial));
        auto glu = std::make_unique<GluUnit>(
            settings.width, inner, GluUnit::Options{settings.glu_act, "none", true, settings.dropout, products},
            initial);
        blocks.push_back(std::make_unique<ResidualBlock>(settings, nullptr, std::move(glu), initial));
    }
    return std::make_unique<LraClassifier>(experiment, shape, options, std::move(blocks), initial);
}

Result<std::unique_ptr<Classifier>> makeClassifier(const Experiment& experiment, const TaskShape& shape,
                                                   std::uint64_t seed, at::ScalarType dtype)
{
    return makeLraClassifier(experiment, shape, seed, dtype, {});
}

} // namespace toeplab::core
