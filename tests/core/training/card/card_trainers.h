// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/step_graph.h"
#include "core/training/trainer.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace toeplab::core::testing
{

inline constexpr TaskShape kShape{4, 9, 60, false, 0, 0};

/// What recording leaves alone, a call does not: `trainer` is put back.
class RememberedStep final : public StepGraph
{
public:
    explicit RememberedStep(Trainer* const& trainer) : trainer_(trainer) {}

    void record(const std::function<void()>& enqueue) override
    {
        const Checkpoint before = trainer_->save();
        enqueue();
        if (!trainer_->restore(before, Trainer::Restore::Everything))
            throw std::runtime_error("a step's effects cannot be undone");
        enqueue_ = enqueue;
    }
    void replay() override { enqueue_(); }

private:
    Trainer* const& trainer_;
    std::function<void()> enqueue_;
};

inline Batch batchOf(std::int64_t samples, std::int64_t length, std::uint32_t seed)
{
    Batch batch;
    batch.rows = samples;
    batch.length = length;
    for (std::int64_t i = 0; i < samples; ++i) {
        batch.labels.push_back(static_cast<std::int32_t>((seed + i) % 4));
        batch.lengths.push_back(static_cast<std::int32_t>(length - i));
        for (std::int64_t j = 0; j < length; ++j) {
            seed = seed * 1664525U + 1013904223U;
            batch.tokens.push_back(static_cast<std::int32_t>(seed >> 24U) % 9);
        }
    }
    return batch;
}

inline Experiment experimentOf(const std::string& kind, bool causal)
{
    Experiment e;
    e.model.layers = 2;
    e.model.width = 16;
    e.model.dropout = 0.1;
    e.model.embedding_dropout = 0.1;
    e.model.norm = "batch";
    e.mixer.kind = kind;
    e.mixer.causal = causal;
    e.mixer.algorithm = kind == "ski" ? "auto" : "fft";
    e.mixer.rpe_width = 8;
    e.mixer.rank = 8;
    e.mixer.band = 5;
    e.mixer.gamma = 0.95;
    return e;
}

inline bool sameTensors(const std::map<std::string, TensorBlob>& a, const std::map<std::string, TensorBlob>& b)
{
    if (a.size() != b.size())
        return false;
    for (const auto& [name, blob] : a) {
        if (blob.bytes != b.at(name).bytes)
            return false;
    }
    return true;
}

} // namespace toeplab::core::testing
