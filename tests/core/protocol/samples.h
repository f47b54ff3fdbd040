// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/messages.h"

namespace toeplab::core::samples
{

/// One of each message, with values that are told apart.

inline LayerInfo layerInfo()
{
    return {2, "sequence", "tno", "exact", true, 2, 3, "RPE 3 x 32"};
}

inline SessionStatus status()
{
    SessionStatus status;
    status.state = SessionState::Running;
    status.run = "runs/tour-3.h5";
    status.step = 120;
    status.epoch = 0.25;
    status.steps_per_second = 15.5;
    status.tokens_per_second = 63488;
    status.eta_seconds = 52;
    status.memory_mib = 310.75;
    status.lr = 0.003;
    status.best_accuracy = 0.34;
    status.saved_step = 100;
    status.progress = -1;
    status.message = "Training.";
    return status;
}

inline MetricsRow metricsRow(std::int64_t step)
{
    const auto x = static_cast<double>(step);
    return {step, x / 64, 2.5 / x, 0.125, 0.001, 1.5, 0.0625, 1024, 300, x / 16};
}

inline std::shared_ptr<const KernelFrame> kernels(std::size_t layer = 1, std::int64_t step = 7)
{
    auto frame = std::make_shared<KernelFrame>();
    frame->layer_index = layer;
    frame->info = layerInfo();
    frame->step = step;
    frame->values = {0.F, 0.F, 1.F, 0.5F, 0.25F, 0.F, 0.F, -1.F, -0.5F, 1e-9F};
    return frame;
}

inline std::shared_ptr<const LadderFrame> ladder(std::int64_t step = 7)
{
    auto frame = std::make_shared<LadderFrame>();
    frame->step = step;
    frame->infos = {layerInfo()};
    LayerScores scores;
    scores.channels = 2;
    scores.length = 3;
    scores.spikiness = {0.5, 0.25, 0.75};
    scores.peak_over_median = {12, 3, 40};
    scores.effective_width = {2, 1, 2};
    scores.decay_rate = {0.9, 0.8, 0.95};
    scores.anticausal_energy = {0, 0, 0};
    scores.effective_rank = {2.5, 2, 3};
    frame->scores = {scores};
    frame->sparklines = {{0.F, 0.F, 1.F, 0.5F, 0.25F}};
    return frame;
}

inline RunHeader header()
{
    RunHeader header;
    header.experiment = {{"name", "tour"}, {"train", {{"batch", 64}}}};
    header.provenance = {{"version", "0.1.0"}, {"seed", 1}};
    header.parameters = 123456;
    header.layers = {layerInfo()};
    return header;
}

inline std::vector<EventBody> events()
{
    return {status(),
            StartedEvent{"runs/tour-3.h5", header()},
            MetricsEvent{{metricsRow(1), metricsRow(2), metricsRow(3)}},
            ValidationRow{500, "val", 1.75, 0.375, 2000},
            RunEvent{501, 1.7e9, "lr", "Learning rate 0.001 -> 0.0005", 0.0005},
            kernels(),
            ladder(),
            LogEvent{"warning", "The disk is nearly full: 12 MiB left."}};
}

inline std::vector<Request> requests()
{
    return {{1, HelloRequest{"1.0", "toeplab 0.1.0"}},
            {2, StartRequest{{{"name", "tour"}}, "", false, true}},
            {3, PauseRequest{}},
            {4, ResumeRequest{}},
            {5, CheckpointRequest{}},
            {6, StepRequest{10}},
            {7, StopRequest{true}},
            {8, SetRequest{"optimizer.lr", 0.0005}},
            {9, WatchRequest{{0, 2}, 12.5}},
            {10, StatusRequest{}},
            {11, ShutdownRequest{}}};
}

inline std::vector<Answer> answers()
{
    return {{1, true, "", {{"version", "1.0"}, {"engine", "0.1.0"}, {"pid", 4711}}},
            {2, false, "train.batch is 0: it must be 1 or more.", nlohmann::json::object()}};
}

} // namespace toeplab::core::samples
