// SPDX-License-Identifier: Apache-2.0
/// One training step of the Long Range Arena models at their real lengths, on random input, whatever data is there: the
/// settings are those of the published launch scripts, the input only has a task's shape.
///     ninja -C build/release models_bench
///     build/release/bin/models_bench TASK OPERATOR BATCH [REPEAT [PRECISION [DEVICE]]]     one JSON line
/// TASK: listops | text | image | pathfinder; OPERATOR: tno | ski | fd; DEVICE: cpu (default) | cuda | cuda:N.
#include "core/bench/bench.h"
#include "core/bench/race.h"
#include "core/training/runtime.h"

#include <fmt/format.h>
#include <gperftools/malloc_extension.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace
{

using namespace toeplab;

struct Published {
    std::int64_t layers, width;
    double expand, glu, gamma;
    std::int64_t rpe_layers, rpe_width;
    core::TaskShape shape;
};

const std::map<std::string, Published> kTasks{
    {"listops", {4, 128, 1, 1, 1.0, 3, 32, {10, 18, 2048, false, 0, 0}}},
    {"text", {4, 128, 1, 2, 0.9, 3, 32, {2, 135, 4096, false, 0, 0}}},
    {"image", {12, 128, 2, 3, 0.7, 0, 16, {10, 0, 1024, false, 32, 32}}},
    {"pathfinder", {6, 64, 3, 2.5, 1.0, 0, 16, {2, 0, 1024, false, 32, 32}}},
};

core::Experiment experimentOf(const Published& p, const std::string& kind, std::int64_t batch)
{
    core::Experiment e;
    e.model.layers = p.layers;
    e.model.width = p.width;
    e.model.glu_ratio = p.glu;
    e.model.norm = "batch";
    e.mixer.kind = kind;
    e.mixer.expand_ratio = p.expand;
    e.mixer.gamma = p.gamma;
    e.mixer.rpe = "dpb";
    e.mixer.rpe_layers = p.rpe_layers;
    e.mixer.rpe_width = p.rpe_width;
    e.mixer.axes = p.shape.height > 0 ? 2 : 1;
    e.mixer.max_lag = e.mixer.axes == 1 ? 1024 : 0;
    e.mixer.rank = e.mixer.axes == 1 ? 64 : 32;
    e.mixer.band = e.mixer.axes == 1 ? 33 : 17;
    e.task.length_limit = p.shape.max_length;
    e.train.batch = batch;
    return e;
}

} // namespace

int main(int argc, char** argv)
{
    const auto task = kTasks.find(argc > 1 ? argv[1] : "");
    if (task == kTasks.end() || argc < 4) {
        fmt::print(stderr, "models_bench TASK OPERATOR BATCH [REPEAT [PRECISION [DEVICE]]]\n");
        return 2;
    }
    MallocExtension::instance()->SetMemoryReleaseRate(0); // as the engine has it
    core::setThreads(0);
    if (const auto chosen = core::setDevice(argc > 6 ? argv[6] : "cpu"); !chosen) {
        fmt::print(stderr, "{}\n", chosen.error().message);
        return 1;
    }
    core::Experiment experiment = experimentOf(task->second, argv[2], std::atoll(argv[3]));
    experiment.train.precision = argc > 5 ? argv[5] : "fp32";
    const core::Result<core::BenchResult> result =
        core::benchStep(experiment, task->second.shape, argc > 4 ? std::atoll(argv[4]) : 5);
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        return 1;
    }
    nlohmann::json line = core::toJson(*result);
    line["task"] = task->first;
    line["kind"] = argv[2];
    fmt::print("{}\n", line.dump());
    return 0;
}
