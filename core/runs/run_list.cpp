// SPDX-License-Identifier: Apache-2.0
#include "core/base/home.h"
#include "core/runs/journal.h"
#include "core/runs/replay.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_view.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot_layout.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <limits>
#include <system_error>

namespace toeplab::core
{

namespace
{

namespace fs = std::filesystem;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double numberOr(const nlohmann::json& object, const char* key, double fallback)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>() : fallback;
}

std::string textOr(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// From the seal alone, without opening HDF5; nothing for a file without one.
std::optional<nlohmann::json> sealedSummary(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file.valid() || ::fstat(file.number(), &status) != 0)
        return std::nullopt;
    auto seal = readSeal(file, static_cast<std::uint64_t>(status.st_size));
    if (!seal || !seal->summary.is_object())
        return std::nullopt;
    return std::move(seal->summary);
}

void fillFromData(const RunData& data, RunSummary& summary)
{
    summary.state = data.state;
    summary.experiment = layout::experimentName(data.header);
    summary.step = data.training.empty() ? 0 : data.training.back().step;
    summary.loss = data.training.empty() ? kNone : data.training.back().loss;
    summary.best_accuracy = bestAccuracy(data.validation);
}

/// What the journal of a live or crashed run says beyond the seal's summary.
void addJournal(const Journal& journal, std::size_t within, RunSummary& summary)
{
    std::vector<ValidationRow> validation;
    for (std::size_t i = within; i < journal.records.size(); ++i) {
        const RunRecord& record = journal.records[i];
        if (const auto* row = std::get_if<MetricsRow>(&record)) {
            summary.step = row->step;
            summary.loss = row->loss;
        } else if (const auto* checked = std::get_if<ValidationRow>(&record)) {
            validation.push_back(*checked);
        } else if (const auto* said = std::get_if<RunState>(&record)) {
            summary.state = *said;
        }
    }
    const double best = bestAccuracy(validation);
    if (!(best <= summary.best_accuracy) && !std::isnan(best))
        summary.best_accuracy = best;
}

/// `alive`: a writer is at work.
bool fillFromSeal(const std::string& path, bool alive, RunSummary& summary)
{
    const auto sealed = sealedSummary(path);
    if (!sealed)
        return false;
    summary.state = stateFromString(textOr(*sealed, "state"));
    summary.experiment = textOr(*sealed, "experiment");
    summary.step = static_cast<std::int64_t>(numberOr(*sealed, "step", 0));
    summary.loss = numberOr(*sealed, "loss", kNone);
    summary.best_accuracy = numberOr(*sealed, "best_accuracy", kNone);
    summary.started_unix = numberOr(*sealed, "started", 0);
    const bool ended = hasEnded(summary.state);
    const auto journal = loadJournal(journalPath(path));
    const auto generation = static_cast<std::int64_t>(numberOr(*sealed, "generation", -1));
    const auto within = journal ? recordsWithin(*journal, textOr(*sealed, "id"), generation) : std::nullopt;
    if (within && journal->start->generation <= generation)
        addJournal(*journal, *within, summary);
    if (!alive && !ended)
        summary.state = RunState::Crashed;
    return true;
}

} // namespace

RunSummary summariseRun(const std::string& file)
{
    RunSummary summary;
    summary.path = file;
    summary.name = fs::path(file).stem().string();
    summary.loss = summary.best_accuracy = kNone;
    const bool alive = writerAlive(journalPath(summary.path));
    if (!fillFromSeal(summary.path, alive, summary)) {
        struct stat status = {};
        if (::stat(summary.path.c_str(), &status) == 0)
            summary.started_unix = static_cast<double>(status.st_mtim.tv_sec);
        const auto data = readRun(summary.path);
        if (data)
            fillFromData(*data, summary);
        else
            summary.problem = data.error().message;
    }
    return summary;
}

std::vector<RunSummary> listRuns(const std::string& folder)
{
    std::vector<RunSummary> runs;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored; // an entry that vanishes is no run
        if (entry->path().extension() == ".h5" && entry->is_regular_file(ignored))
            runs.push_back(summariseRun(entry->path().string()));
    }
    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
        return a.started_unix != b.started_unix ? a.started_unix > b.started_unix : a.path < b.path;
    });
    return runs;
}

std::string freshRunPath(const std::string& experiment_name)
{
    std::string stem;
    for (const char letter : experiment_name) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
        stem += plain ? letter : '-';
    }
    if (stem.empty() || stem.front() == '.')
        stem.insert(0, "run");
    const fs::path folder = fs::path(toeplabHome()) / "runs";
    for (int number = 1;; ++number) {
        const std::string path = (folder / fmt::format("{}-{}.h5", stem, number)).string();
        if (!identityOf(path) && !identityOf(journalPath(path)))
            return path;
    }
}

} // namespace toeplab::core
