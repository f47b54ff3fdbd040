// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/fields.h"
#include "core/config/presets.h"
#include "core/runs/run_writer.h"

#include <QtCore/QString>

#include <cmath>
#include <memory>
#include <vector>

namespace toeplab::widgets::test
{

[[nodiscard]] inline std::vector<core::LayerInfo> sampleLayers()
{
    std::vector<core::LayerInfo> all;
    for (std::int64_t i = 1; i <= 2; ++i)
        all.push_back({i, "sequence", "tno", "exact", i == 2, 3, 8, "RPE 3 x 32, decay 0.99"});
    return all;
}

[[nodiscard]] inline core::RunHeader sampleHeader()
{
    core::RunHeader header;
    header.experiment = core::toJson(core::presets().front().experiment);
    header.provenance = {{"seed", 1}};
    header.parameters = 1234;
    header.layers = sampleLayers();
    return header;
}

[[nodiscard]] inline core::MetricsRow sampleRow(std::int64_t step)
{
    core::MetricsRow row;
    row.step = step;
    row.loss = 2.3 * std::exp(-0.02 * double(step));
    row.accuracy = 1 - std::exp(-0.02 * double(step));
    row.lr = 0.001;
    return row;
}

[[nodiscard]] inline core::KernelSnapshot sampleKernel(std::size_t layer_index, std::int64_t step)
{
    core::KernelSnapshot kernel;
    kernel.layer_index = layer_index;
    kernel.step = step;
    for (int channel = 0; channel < 3; ++channel)
        for (int lag = -7; lag <= 7; ++lag)
            kernel.values.push_back(float(double(step) * std::pow(0.5 + 0.1 * channel, std::abs(lag))));
    return kernel;
}

/// A run file with steps 1..last, kernels at every tenth and a ladder with them.
[[nodiscard]] inline std::unique_ptr<core::RunWriter> writeRun(const QString& path, std::int64_t last,
                                                               const core::RunHeader& header = sampleHeader())
{
    auto writer = core::RunWriter::create(path.toStdString(), header, [](const core::Error&) {});
    if (!writer)
        return nullptr;
    for (std::int64_t step = 1; step <= last; ++step) {
        (*writer)->metrics(sampleRow(step));
        if (step % 10 == 0) {
            core::LadderSnapshot ladder;
            ladder.step = step;
            for (std::size_t i = 0; i < 2; ++i) {
                (*writer)->kernel(sampleKernel(i, step));
                core::LayerScores scores;
                scores.channels = 3;
                scores.length = 8;
                scores.spikiness.median = 0.25 * double(i + 1);
                ladder.layers.push_back(scores);
            }
            (*writer)->ladder(ladder);
        }
    }
    (*writer)->validation({last, "val", 1.5, 0.42, 100});
    return std::move(*writer);
}

} // namespace toeplab::widgets::test
