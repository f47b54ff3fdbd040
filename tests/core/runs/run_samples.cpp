// SPDX-License-Identifier: Apache-2.0
#include "tests/core/runs/run_samples.h"

#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

namespace toeplab::core::testing
{

namespace fs = std::filesystem;

Folder::Folder()
{
    std::string pattern = (fs::temp_directory_path() / "toeplab-runs-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
}

Folder::~Folder()
{
    std::error_code ignored; // what stays in the system's temporary folder harms no test
    fs::permissions(path_, fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
}

RunHeader sampleHeader()
{
    RunHeader header;
    header.experiment = {{"name", "tour"}, {"task", {{"name", "listops"}}}, {"mixer", {{"kind", "ski"}, {"rank", 32}}}};
    header.provenance = {{"version", "0.1.0"}, {"seed", 7}, {"host", "größe"}};
    header.parameters = 123456;
    header.layers = {{1, "sequence", "ski", "exact", true, 3, 5, "RPE 3 x 32, decay 0.999"},
                     {2, "row", "fd", "released", false, 2, 4, ""},
                     {2, "column", "fd", "released", false, 1, 1, "a single lag"}};
    return header;
}

MetricsRow sampleRow(std::int64_t step)
{
    const auto x = static_cast<double>(step);
    return {step, x / 100, 2.3 / (1 + x), 0.1 * std::sin(x), 5e-4, 1 + x, 0.031, 250.5, 412.25, 0.031 * x};
}

KernelSnapshot sampleKernel(const RunHeader& header, std::size_t layer_index, std::int64_t step)
{
    const LayerInfo& info = header.layers[layer_index];
    KernelSnapshot kernel{layer_index, step, {}};
    for (std::int64_t channel = 0; channel < info.channels; ++channel)
        for (std::int64_t lag = 1 - info.length; lag < info.length; ++lag)
            kernel.values.push_back(
                static_cast<float>(std::pow(0.8, std::abs(lag)) * std::cos(static_cast<double>(step + channel) / 7)));
    return kernel;
}

LadderSnapshot sampleLadder(const RunHeader& header, std::int64_t step)
{
    LadderSnapshot ladder{step, {}};
    for (const LayerInfo& info : header.layers) {
        LayerScores scores;
        scores.channels = info.channels;
        scores.length = info.length;
        scores.band = std::min<std::int64_t>(8, info.length - 1);
        scores.broken = step % 2;
        double value = static_cast<double>(step * 10 + info.layer);
        for (ScoreSummary* summary : {&scores.spikiness, &scores.peak_over_median, &scores.effective_width,
                                      &scores.decay_rate, &scores.anticausal_energy, &scores.effective_rank}) {
            *summary = {value, value - 0.5, value + 0.5};
            value *= 1.25;
        }
        ladder.layers.push_back(scores);
    }
    return ladder;
}

TensorBlob tensorOf(const std::string& dtype, std::vector<std::int64_t> shape, std::uint32_t seed)
{
    const std::size_t element = dtype == "f32" ? 4 : dtype == "u8" || dtype == "bool" ? 1 : dtype == "c128" ? 16 : 8;
    std::size_t size = element;
    for (const std::int64_t extent : shape)
        size *= static_cast<std::size_t>(extent);
    TensorBlob tensor{dtype, std::move(shape), std::vector<std::byte>(size)};
    std::mt19937 random(seed);
    for (std::byte& byte : tensor.bytes)
        byte = static_cast<std::byte>(dtype == "bool" ? random() & 1U : random() & 0xFFU);
    return tensor;
}

Checkpoint sampleCheckpoint(std::int64_t step)
{
    Checkpoint checkpoint;
    checkpoint.step = step;
    const auto seed = static_cast<std::uint32_t>(step);
    checkpoint.parameters["blocks.0.mixer.weight"] = tensorOf("f32", {3, 5, 7}, seed);
    checkpoint.parameters["blocks.0.norm.running_mean"] = tensorOf("f64", {9}, seed + 1);
    checkpoint.parameters["empty"] = tensorOf("f32", {0, 4}, seed);
    checkpoint.parameters["scalar"] = tensorOf("i64", {}, seed + 2);
    checkpoint.parameters["mask"] = tensorOf("bool", {2, 3}, seed + 3);
    checkpoint.parameters["response"] = tensorOf("c64", {4}, seed + 4);
    checkpoint.parameters["strange/./100%25 name//x"] = tensorOf("c128", {1, 1, 2}, seed + 5);
    const float special[3] = {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), -0.0F};
    checkpoint.parameters["special"] = tensorOf("f32", {3}, seed);
    std::memcpy(checkpoint.parameters["special"].bytes.data(), special, sizeof(special));
    checkpoint.optimizer["exp_avg/blocks.0.mixer.weight"] = tensorOf("f32", {3, 5, 7}, seed + 6);
    checkpoint.optimizer["exp_avg_sq/blocks.0.mixer.weight"] = tensorOf("f32", {3, 5, 7}, seed + 7);
    checkpoint.generators["cpu"] = tensorOf("u8", {5056}, seed + 8);
    checkpoint.state = {{"epoch", 1.5}, {"order", {3, 1, 2}}, {"best", 0.25}};
    return checkpoint;
}

std::vector<std::byte> bytesOf(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

void writeBytes(const std::string& path, std::span<const std::byte> bytes)
{
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

} // namespace toeplab::core::testing

namespace toeplab::core
{

bool sameBits(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

namespace
{

bool same(const ScoreSummary& a, const ScoreSummary& b)
{
    return sameBits(a.median, b.median) && sameBits(a.q1, b.q1) && sameBits(a.q3, b.q3);
}

} // namespace

bool operator==(const MetricsRow& a, const MetricsRow& b)
{
    return a.step == b.step && sameBits(a.epoch, b.epoch) && sameBits(a.loss, b.loss) &&
           sameBits(a.accuracy, b.accuracy) && sameBits(a.lr, b.lr) && sameBits(a.grad_norm, b.grad_norm) &&
           sameBits(a.step_seconds, b.step_seconds) && sameBits(a.samples_per_second, b.samples_per_second) &&
           sameBits(a.memory_mib, b.memory_mib) && sameBits(a.wall_seconds, b.wall_seconds);
}

bool operator==(const ValidationRow& a, const ValidationRow& b)
{
    return a.step == b.step && a.split == b.split && sameBits(a.loss, b.loss) && sameBits(a.accuracy, b.accuracy) &&
           a.samples == b.samples;
}

bool operator==(const RunEvent& a, const RunEvent& b)
{
    return a.step == b.step && sameBits(a.unix_seconds, b.unix_seconds) && a.kind == b.kind && a.text == b.text &&
           sameBits(a.value, b.value);
}

bool operator==(const LadderSnapshot& a, const LadderSnapshot& b)
{
    if (a.step != b.step || a.layers.size() != b.layers.size())
        return false;
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        const LayerScores &x = a.layers[i], &y = b.layers[i];
        if (x.channels != y.channels || x.length != y.length || x.band != y.band || x.broken != y.broken ||
            !same(x.spikiness, y.spikiness) || !same(x.peak_over_median, y.peak_over_median) ||
            !same(x.effective_width, y.effective_width) || !same(x.decay_rate, y.decay_rate) ||
            !same(x.anticausal_energy, y.anticausal_energy) || !same(x.effective_rank, y.effective_rank))
            return false;
    }
    return true;
}

bool operator==(const TensorBlob& a, const TensorBlob& b)
{
    return a.dtype == b.dtype && a.shape == b.shape && a.bytes == b.bytes;
}

bool operator==(const Checkpoint& a, const Checkpoint& b)
{
    return a.step == b.step && a.parameters == b.parameters && a.optimizer == b.optimizer &&
           a.generators == b.generators && a.state == b.state;
}

bool operator==(const RunHeader& a, const RunHeader& b)
{
    return a.experiment == b.experiment && a.provenance == b.provenance && a.parameters == b.parameters &&
           a.layers == b.layers;
}

} // namespace toeplab::core
