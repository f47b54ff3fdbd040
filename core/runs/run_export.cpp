// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_export.h"

#include "core/analysis/npy.h"
#include "core/runs/disk.h"
#include "core/runs/metrics_columns.h"
#include "core/runs/run_reader.h"
#include "core/runs/snapshot_layout.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace toeplab::core
{

namespace
{

Result<void> writeText(const std::string& folder, const std::string& name, const std::string& text)
{
    const std::string path = (std::filesystem::path(folder) / name).string();
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream)
        return fail("The file {} cannot be written: {}. Check the folder's permissions and the disk's free space.",
                    path, systemReason(errno));
    return {};
}

/// RFC 4180: quoted where a comma, quote or line end would be misread.
std::string csvText(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char letter : text) {
        quoted += letter;
        if (letter == '"')
            quoted += '"';
    }
    return quoted + '"';
}

std::string trainingTable(const std::vector<MetricsRow>& rows)
{
    std::string text = "step";
    for (const MetricsColumn& column : metricsColumns())
        text += fmt::format(",{}", column.name);
    text += '\n';
    for (const MetricsRow& row : rows) {
        text += fmt::format("{}", row.step);
        for (const MetricsColumn& column : metricsColumns())
            text += fmt::format(",{}", row.*column.member);
        text += '\n';
    }
    return text;
}

std::string validationTable(const std::vector<ValidationRow>& rows)
{
    std::string text = "step,split,loss,accuracy,samples\n";
    for (const ValidationRow& row : rows)
        text += fmt::format("{},{},{},{},{}\n", row.step, csvText(row.split), row.loss, row.accuracy, row.samples);
    return text;
}

std::string eventTable(const std::vector<RunEvent>& events)
{
    std::string text = "step,unix_seconds,kind,text,value\n";
    for (const RunEvent& event : events)
        text += fmt::format("{},{},{},{},{}\n", event.step, event.unix_seconds, csvText(event.kind),
                            csvText(event.text), event.value);
    return text;
}

std::string ladderTable(const RunData& run)
{
    std::string text = "step,layer,axis,kind";
    for (const layout::WholeNumber& number : layout::wholeNumbers())
        text += fmt::format(",{}", number.name);
    for (const layout::Score& score : layout::scores())
        text += fmt::format(",{0},{0}_q1,{0}_q3", score.name);
    text += '\n';
    for (const LadderSnapshot& snapshot : run.ladder) {
        for (std::size_t i = 0; i < snapshot.layers.size(); ++i) {
            const LayerInfo& info = run.header.layers[i];
            text += fmt::format("{},{},{},{}", snapshot.step, info.layer, csvText(info.axis), csvText(info.kind));
            for (const layout::WholeNumber& number : layout::wholeNumbers())
                text += fmt::format(",{}", snapshot.layers[i].*number.member);
            for (const layout::Score& score : layout::scores()) {
                const ScoreSummary& summary = snapshot.layers[i].*score.member;
                text += fmt::format(",{},{},{}", summary.median, summary.q1, summary.q3);
            }
            text += '\n';
        }
    }
    return text;
}

std::string kernelTable(const std::vector<float>& values, std::int64_t channels, std::int64_t length)
{
    const std::int64_t lags = 2 * length - 1;
    std::string text = "lag";
    for (std::int64_t channel = 0; channel < channels; ++channel)
        text += fmt::format(",channel_{}", channel);
    text += '\n';
    for (std::int64_t lag = 0; lag < lags; ++lag) {
        text += fmt::format("{}", lag - (length - 1));
        for (std::int64_t channel = 0; channel < channels; ++channel)
            text += fmt::format(",{}", values[static_cast<std::size_t>(channel * lags + lag)]);
        text += '\n';
    }
    return text;
}

struct NamedText {
    const char* name;
    std::string text;
};

Result<std::vector<std::string>> writeAll(const std::string& folder, std::span<const NamedText> files)
{
    std::vector<std::string> names;
    for (const NamedText& file : files) {
        if (auto written = writeText(folder, file.name, file.text); !written)
            return tl::unexpected(written.error());
        names.emplace_back(file.name);
    }
    return names;
}

} // namespace

Result<std::vector<std::string>> exportCurves(const RunData& run, const std::string& folder)
{
    const std::array<NamedText, 4> files = {{{"training.csv", trainingTable(run.training)},
                                             {"validation.csv", validationTable(run.validation)},
                                             {"events.csv", eventTable(run.events)},
                                             {"ladder.csv", ladderTable(run)}}};
    return writeAll(folder, files);
}

Result<std::vector<std::string>> exportSettings(const RunData& run, const std::string& folder)
{
    const std::array<NamedText, 2> files = {{{"settings.json", jsonText(run.header.experiment, 2) + "\n"},
                                             {"provenance.json", jsonText(run.header.provenance, 2) + "\n"}}};
    return writeAll(folder, files);
}

Result<std::string> exportKernel(const RunData& run, std::size_t layer_index, std::int64_t step, KernelFormat format,
                                 const std::string& folder)
{
    const LayerInfo& info = run.header.layers.at(layer_index);
    const auto kernel = readKernel(run.path, layer_index, step);
    if (!kernel)
        return tl::unexpected(kernel.error());
    std::string name =
        fmt::format("{}_step_{:06}.{}", layerGroup(info), step, format == KernelFormat::Npy ? "npy" : "csv");
    const std::array<std::int64_t, 2> shape = {info.channels, 2 * info.length - 1};
    const auto written = format == KernelFormat::Npy
                             ? writeNpy((std::filesystem::path(folder) / name).string(), shape, kernel->values)
                             : writeText(folder, name, kernelTable(kernel->values, info.channels, info.length));
    if (!written)
        return tl::unexpected(written.error());
    return name;
}

} // namespace toeplab::core
