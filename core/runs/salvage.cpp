// SPDX-License-Identifier: Apache-2.0
#include "core/runs/doctor.h"
#include "core/runs/journal.h"
#include "core/runs/run_reader.h"
#include "core/runs/salvage_parts.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

namespace toeplab::core
{

namespace
{

constexpr unsigned kSecondsForAPart = 120; // a damaged file can also make HDF5 go round in circles
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

void tell(int pipe, const nlohmann::json& message)
{
    const std::string line = jsonText(message) + "\n";
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t written = ::write(pipe, line.data() + done, line.size() - done);
        if (written < 0 && errno != EINTR)
            ::_exit(1); // nobody listens any more
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
}

[[noreturn]] void workInChild(int pipe, SalvageSource source, const std::string& out_path)
{
    source.entering = [pipe](const std::string& part) {
        ::alarm(kSecondsForAPart);
        tell(pipe, {{"part", part}});
    };
    const auto salvaged = salvageHere(source, out_path);
    tell(pipe,
         salvaged ? nlohmann::json{{"done", toJson(*salvaged)}} : nlohmann::json{{"failed", salvaged.error().message}});
    ::_exit(0); // without the parent's exit handlers
}

std::string readAll(int pipe)
{
    std::string text;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t count = ::read(pipe, block.data(), block.size());
        if (count == 0 || (count < 0 && errno != EINTR))
            return text;
        text.append(block.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    }
}

struct Attempt {
    std::optional<Result<RunSalvage>> outcome; ///< nothing: the child went down
    std::string part;                          ///< while it was at this
};

Result<Attempt> attempt(const SalvageSource& source, const std::string& out_path)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail("No reader could be started: {}.", systemReason(errno));
    const Descriptor from(ends[0]);
    Descriptor into(ends[1]);
    pid_t child = -1;
    {
        const h5::Lock lock; // so that the child does not inherit it from another thread
        child = ::fork();
        if (child == 0)
            workInChild(into.number(), source, out_path);
    }
    if (child < 0)
        return fail("No reader could be started: {}.", systemReason(errno));
    into = Descriptor();
    const std::string said = readAll(from.number());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Attempt result;
    for (std::size_t begin = 0; begin < said.size();) {
        const std::size_t end = std::min(said.find('\n', begin), said.size());
        const auto message = nlohmann::json::parse(said.substr(begin, end - begin), nullptr, false);
        begin = end + 1;
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
