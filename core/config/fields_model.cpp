// SPDX-License-Identifier: Apache-2.0
#include "core/config/choices.h"
#include "core/config/field_builder.h"

namespace toeplab::core::detail
{

void addModelFields(std::vector<Field>& fields)
{
    using S = ModelSettings;
    const auto model = &Experiment::model;

    fields.push_back(
        field("model.layers", model, &S::layers, "Layers", "Blocks, each a token mixer and a gated linear unit (GLU).")
            .in("blocks")
            .between(1, 256));
    fields.push_back(field("model.width", model, &S::width, "Width",
                           "Channels e between blocks, an even number because of the sinusoidal positions.")
                         .in("channels")
                         .between(2, 16384));
    fields.push_back(
        field("model.norm", model, &S::norm, "Norm",
              "Norm of each residual branch; batch also normalises over the batch and sees padding, as published.")
            .oneOf(kBlockNorms));
    fields.push_back(
        field("model.prenorm", model, &S::prenorm, "Norm first", "x + f(norm x) where true, norm(x + f x) otherwise.")
            .when([](const Experiment& e) { return e.model.norm != "none"; }));
    fields.push_back(field("model.dropout", model, &S::dropout, "Dropout",
                           "Share of values set to zero after each mixer and GLU in training.")
                         .below(0, 1));
    fields.push_back(field("model.embedding_dropout", model, &S::embedding_dropout, "Embedding dropout",
                           "Share of values set to zero after the positions were added, in training.")
                         .below(0, 1));
    fields.push_back(field("model.glu_ratio", model, &S::glu_ratio, "GLU ratio",
                           "Hidden width of the GLU, as a multiple of the width: floor(ratio · width).")
                         .above(0, 64));
    fields.push_back(
        field("model.glu_act", model, &S::glu_act, "GLU activation", "The f of the GLU W3(f(W1 x) ∘ W2 x).")
            .oneOf(kActivations));
    fields.push_back(
        field("model.pool", model, &S::pool, "Pooling", "How positions become one vector before the classifier.")
            .oneOf(kPools));
    fields.push_back(field("model.use_lengths", model, &S::use_lengths, "Pool true lengths",
                           "Whether padding is left out of the pooling.")
                         .when([](const Experiment& e) { return e.model.pool != "first"; }));
    fields.push_back(field("model.nli", model, &S::nli, "Comparison features",
                           "For pairs of documents: the head sees [a, b, a-b, a∘b] rather than [a, b].")
                         .when([](const Experiment& e) { return e.task.name == "retrieval"; }));
}

void addTrainingFields(std::vector<Field>& fields)
{
    using O = OptimizerSettings;
    using T = TrainSettings;
    const auto optimizer = &Experiment::optimizer;
    const auto train = &Experiment::train;
    constexpr double kMostSteps = 1e9, kLargestSeed = 9007199254740992.0; // 2^53

    fields.push_back(field("optimizer.lr", optimizer, &O::lr, "Learning rate",
                           "Largest step size of AdamW, reached at the end of the warm-up.")
                         .above(0, 10));
    fields.push_back(field("optimizer.weight_decay", optimizer, &O::weight_decay, "Weight decay",
                           "Every parameter shrinks by lr · weight decay of itself a step (decoupled, AdamW).")
                         .between(0, 10));
    fields.push_back(
        field("optimizer.beta1", optimizer, &O::beta1, "β₁", "Memory of AdamW's mean of gradients.").below(0, 1));
    fields.push_back(
        field("optimizer.beta2", optimizer, &O::beta2, "β₂", "Memory of AdamW's mean of squared gradients.")
            .below(0, 1));
    fields.push_back(
        field("optimizer.eps", optimizer, &O::eps, "ε", "Added to AdamW's root of squared gradients.").above(0, 1));
    fields.push_back(
        field("optimizer.schedule", optimizer, &O::schedule, "Schedule",
              "After the warm-up: cosine lr · (1 + cos(π (s - warm-up)/(total - warm-up)))/2 down to 0, or constant.")
            .oneOf(kSchedules));
    fields.push_back(field("optimizer.warmup", optimizer, &O::warmup, "Warm-up",
                           "Steps over which the learning rate rises linearly from 0.")
                         .in("steps")
                         .between(0, kMostSteps));
    fields.push_back(field("optimizer.total_steps", optimizer, &O::total_steps, "Schedule's end",
                           "Step at which the cosine reaches 0; the run may end before.")
                         .in("steps")
                         .between(1, kMostSteps)
                         .when([](const Experiment& e) { return e.optimizer.schedule == "cosine"; }));

    fields.push_back(
        field("train.batch", train, &T::batch, "Batch", "Samples in one step.").in("samples").between(1, 65536));
    fields.push_back(field("train.seed", train, &T::seed, "Seed",
                           "Decides the initial parameters, the order of the data and the dropout.")
                         .between(0, kLargestSeed));
    fields.push_back(
        field("train.steps", train, &T::steps, "Steps", "The run ends after this many steps; 0 sets no limit.")
            .in("steps")
            .between(0, kMostSteps));
    fields.push_back(field("train.minutes", train, &T::minutes, "Minutes",
                           "The run ends after this much training time; 0 sets no limit.")
                         .in("min")
                         .between(0, 1e7));
    fields.push_back(field("train.epochs", train, &T::epochs, "Epochs",
                           "The run ends after this many passes over the training data; 0 sets no limit.")
                         .in("epochs")
                         .between(0, 1e6));
    fields.push_back(field("train.precision", train, &T::precision, "Precision",
                           "Number format of the factors of matrix products, which are summed in fp32. A "
                           "processor without bf16 products (tf32 is a GPU's) computes in fp32 and says so.")
                         .oneOf(kPrecisions));
    fields.push_back(
        field("train.eval_every", train, &T::eval_every, "Validate every", "Steps between two validations.")
            .in("steps")
            .between(1, kMostSteps));
    fields.push_back(field("train.eval_samples", train, &T::eval_samples, "Validate on",
                           "Samples of the validation split that are used; 0 uses all.")
                         .in("samples")
                         .between(0, kMostSteps));
    fields.push_back(field("train.checkpoint_every", train, &T::checkpoint_every, "Save every",
                           "Steps between two checkpoints on disk.")
                         .in("steps")
                         .between(1, kMostSteps));
}

} // namespace toeplab::core::detail
