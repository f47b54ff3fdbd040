// SPDX-License-Identifier: Apache-2.0
#include "core/models/network.h"

#include "core/models/functions/gated_product.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

namespace toeplab::core
{

class BlockNorm::Affine final : public Module
{
public:
    Affine(std::int64_t width, Initializer& initial)
    {
        state.weight = addParameter("weight", initial.constant({width}, 1));
        state.bias = addParameter("bias", initial.constant({width}, 0));
        state.running_mean = addBuffer("running_mean", initial.constant({width}, 0));
        state.running_var = addBuffer("running_var", initial.constant({width}, 1));
        batches = addBuffer("num_batches_tracked", at::zeros({}, at::kLong));
    }
    BatchNormState state;
    at::Tensor batches;
};

BlockNorm::BlockNorm(const std::string& name, std::int64_t width, Initializer& initial)
    : kind_(name == "layer"       ? Kind::Layer
            : name == "batch"     ? Kind::Batch
            : name == "instance"  ? Kind::Instance
            : name == "simplerms" ? Kind::SimpleRms
                                  : Kind::None)
{
    if (kind_ == Kind::Layer) {
        layer_ = std::make_unique<ChannelNormLayer>("layernorm", width, initial);
        addPart("norm", *layer_);
    } else if (kind_ == Kind::Batch) {
        batch_ = std::make_unique<Affine>(width, initial);
        addPart("norm", *batch_);
    }
}

BlockNorm::~BlockNorm() = default;

Normed BlockNorm::forward(const at::Tensor& x, at::ScalarType type)
{
    switch (kind_) {
    case Kind::Layer:
        return layer_->withResidual(x, type);
    case Kind::Batch:
        batch_->state.training = training();
        if (training())
            batch_->batches.add_(1);
        return batchNorm(batch_->state, x, type);
    case Kind::Instance:
        return instanceNorm(x, type);
    case Kind::SimpleRms:
        return rowRmsNorm(x, type);
    case Kind::None:
        break;
    }
    return {x, x};
}

ResidualBlock::ResidualBlock(const ModelSettings& settings, std::unique_ptr<MixerUnit> mixer,
                             std::unique_ptr<GluUnit> glu, Initializer& initial)
    : settings_(settings), mixer_(std::move(mixer)), glu_(std::move(glu)), norm_(settings.norm, settings.width, initial)
{
    if (mixer_ != nullptr)
        addPart("layer", *mixer_);
    else
        addPart("layer", *glu_);
    addPart("norm", norm_);
}

at::Tensor ResidualBlock::forward(const at::Tensor& x)
{
    const Products products = mixer_ != nullptr ? mixer_->inputProducts() : glu_->inputProducts();
    const Normed in = settings_.prenorm ? norm_.forward(x, factorType(x, products)) : Normed{x, x};
    const kernels::Dropout dropout = drawDropout(training() ? settings_.dropout : 0);
    const at::Tensor y =
        dropout.active() ? dropoutAdd(in.residual, unit(in.value, {}), dropout) : unit(in.value, in.residual);
    return settings_.prenorm ? y : norm_.forward(y);
}

at::Tensor ResidualBlock::unit(const at::Tensor& x, const at::Tensor& residual)
{
    return mixer_ != nullptr ? mixer_->forward(x, residual) : glu_->forward(x, residual);
}

Decoder::Decoder(const Options& options, std::int64_t width, Initializer& initial) : options_(options)
{
    const auto add = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        layers_.push_back(std::make_unique<Linear>(in, out, true, initial));
        addPart(name, *layers_.back());
    };
    if (!options.pairs) {
        add("output_transform", width, options.classes);
    } else if (options.nli) {
        add("retrieval.classifier.0", 4 * width, width);
        add("retrieval.classifier.2", width, options.classes);
    } else {
        add("retrieval.classifier.0", 2 * width, width);
        add("retrieval.classifier.2", width, width / 2);
        add("retrieval.classifier.4", width / 2, options.classes);
    }
}

at::Tensor Decoder::forward(const at::Tensor& features) const
{
    at::Tensor x = features;
    if (options_.pairs) {
        const std::int64_t pairs = features.size(0) / 2;
        const at::Tensor a = features.narrow(0, 0, pairs);
        const at::Tensor b = features.narrow(0, pairs, pairs);
        x = options_.nli ? at::cat({a, b, a - b, a * b}, 1) : at::cat({a, b}, 1);
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        if (i > 0)
            x = activate(x, activationFromName(options_.act));
        x = at::linear(x, layers_[i]->weight, layers_[i]->bias);
    }
    return x;
}

} // namespace toeplab::core
