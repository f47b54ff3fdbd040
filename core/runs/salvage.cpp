// SPDX-License-Identifier: Apache-2.0
#include "core/runs/child.h"
#include "core/runs/doctor.h"
#include "core/runs/journal.h"
#include "core/runs/run_reader.h"
#include "core/runs/salvage_parts.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <optional>
#include <sstream>

namespace toeplab::core
{

namespace
{

constexpr unsigned kSecondsForAPart = 20; // of computing; a whole part takes a tenth of it
constexpr int kMostAttempts = 64;

nlohmann::json toJson(const RunSalvage& salvage)
{
    return {{"step", salvage.step},
            {"rows", salvage.rows},
            {"kernels", salvage.kernels},
            {"last", salvage.last_checkpoint},
            {"best", salvage.best_checkpoint},
            {"lost", salvage.lost}};
}

RunSalvage salvageFrom(const nlohmann::json& json, const std::string& path)
{
    RunSalvage salvage;
    salvage.path = path;
    json.at("step").get_to(salvage.step);
    json.at("rows").get_to(salvage.rows);
    json.at("kernels").get_to(salvage.kernels);
    json.at("last").get_to(salvage.last_checkpoint);
    json.at("best").get_to(salvage.best_checkpoint);
    json.at("lost").get_to(salvage.lost);
    return salvage;
}

Result<RunSalvage> salvageHere(const SalvageSource& source, const std::string& out_path)
{
    RunSalvage salvage;
    salvage.path = out_path;
    auto store = gatherRun(source, salvage.lost);
    if (!store)
        return tl::unexpected(store.error());
    ++store->generation; // no journal that is about continues the copy
    source.entering("The new file");
    if (auto written = writeSnapshot(*store, out_path, Existing::Refuse); !written)
        return tl::unexpected(written.error());
    salvage.step = store->training.last().step;
    salvage.rows = store->training.size();
    for (std::size_t layer = 0; layer < store->kernels.layers(); ++layer)
        salvage.kernels += store->kernels.layer(layer).size();
    salvage.last_checkpoint = store->last != nullptr;
    salvage.best_checkpoint = store->best != nullptr;
    return salvage;
}

/// In the child: each line says which part comes next, the last one how it went.
void salvageInChild(SalvageSource source, const std::string& out_path, const Tell& tell)
{
    source.entering = [&tell](const std::string& part) {
        limitComputing(kSecondsForAPart);
        tell(jsonText({{"part", part}}));
    };
    const auto salvaged = salvageHere(source, out_path);
    tell(jsonText(salvaged ? nlohmann::json{{"done", toJson(*salvaged)}}
                           : nlohmann::json{{"failed", salvaged.error().message}}));
}

struct Attempt {
    std::optional<Result<RunSalvage>> outcome; ///< nothing: the child went down
    std::string part;                          ///< while it was at this
};

Result<Attempt> attempt(const SalvageSource& source, const std::string& out_path)
{
    const auto end = runInChild([&](const Tell& tell) { salvageInChild(source, out_path, tell); });
    if (!end)
        return tl::unexpected(end.error());
    Attempt result;
    std::istringstream lines(end->said);
    for (std::string line; std::getline(lines, line);) {
        const auto message = nlohmann::json::parse(line, nullptr, false);
        if (message.contains("part"))
            result.part = message.at("part").get<std::string>();
        else if (message.contains("done"))
            result.outcome = salvageFrom(message.at("done"), out_path);
        else if (message.contains("failed"))
            result.outcome = fail("{}", message.at("failed").get<std::string>());
    }
    return result;
}

/// The snapshot that reaches furthest: the run file, or one that was complete but not yet in place.
std::string bestSnapshot(const std::string& path)
{
    const auto generation = [](const std::string& candidate) -> std::int64_t {
        const auto file = SnapshotFile::open(candidate);
        if (!file)
            return -1;
        const auto content = readingRun(candidate, [&] { return readHeaderStore(file->id()).generation; });
        return content ? *content : -1;
    };
    const std::string unfinished = path + ".tmp";
    if (identityOf(unfinished) && generation(unfinished) > generation(path))
        return unfinished;
    return identityOf(path) ? path : std::string();
}

} // namespace

Result<RunSalvage> salvageRun(const std::string& path, const std::string& out_path)
{
    SalvageSource source;
    source.journal = journalPath(path);
    if (writerAlive(source.journal))
        return fail("The run {} is being written at this moment. Stop it first.", path);
    if (identityOf(out_path))
        return fail("The file {} exists already. Choose another name for the salvaged copy.", out_path);
    source.snapshot = bestSnapshot(path);
    if (source.snapshot.empty() && !identityOf(source.journal))
        return fail("There is neither a run file {} nor a journal {}.", path, source.journal);
    for (int count = 0; count < kMostAttempts; ++count) {
        auto result = attempt(source, out_path);
        if (!result)
            return tl::unexpected(result.error());
        if (result->outcome)
            return *result->outcome;
        if (!source.skip.insert(result->part).second)
            break;
    }
    return fail("The run file {} could not be salvaged: its reader went down again and again.", path);
}

} // namespace toeplab::core
