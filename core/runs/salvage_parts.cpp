// SPDX-License-Identifier: Apache-2.0
#include "core/runs/salvage_parts.h"

#include "core/base/text.h"
#include "core/runs/checkpoint_io.h"
#include "core/runs/run_view.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace toeplab::core
{

namespace
{

class Gatherer
{
public:
    Gatherer(const SalvageSource& source, std::vector<std::string>& lost) : source_(source), lost_(lost) {}

    /// Runs `work` unless the part is to be skipped; false when it is lost.
    template <typename Work>
    bool part(const std::string& name, Work work)
    {
        if (!source_.skip.contains(name)) {
            source_.entering(name);
            try {
                work();
                return true;
            } catch (const std::exception& error) {
                lost_.push_back(fmt::format("{} is lost: {}.", name, error.what()));
                return false;
            }
        }
        lost_.push_back(fmt::format("{} is lost: reading it brought the reader down.", name));
        return false;
    }

private:
    const SalvageSource& source_;
    std::vector<std::string>& lost_;
};

std::optional<RunStore> gatherHeader(Gatherer& gatherer, const SnapshotFile* file, const Journal& journal,
                                     std::vector<std::string>& lost)
{
    std::optional<RunStore> store;
    if (file != nullptr && gatherer.part("run/config", [&] { store = readHeaderStore(file->id()); }))
        return store;
    if (!journal.start)
        return std::nullopt;
    if (file != nullptr)
        lost.emplace_back("The run's settings were taken from its journal.");
    store.emplace(journal.start->header);
    store->id = journal.start->id;
    store->generation = journal.start->generation;
    store->started_unix = journal.start->started_unix;
    store->state = journal.start->state;
    return store;
}

void gatherSnapshot(Gatherer& gatherer, const SnapshotFile& file, RunStore& store, std::vector<std::string>& lost)
{
    const auto tell = [&](std::size_t count, const char* what, const std::string& part) {
        if (count > 0)
            lost.push_back(fmt::format("{} {} of {} are lost.", plainNumber(static_cast<double>(count)), what, part));
    };
    gatherer.part("run/training", [&] {
        std::size_t count = 0;
        for (const MetricsRow& row : readTraining(file.id(), &count))
            store.apply(row);
        tell(count, "values", "run/training");
    });
    gatherer.part("run/validation", [&] { store.validation = readValidation(file.id()); });
    gatherer.part("run/events", [&] { store.events = readEvents(file.id()); });
    gatherer.part("run/analysis", [&] {
        for (const LadderSnapshot& snapshot : readLadder(file.id(), store.header.layers.size()))
            store.apply(snapshot);
    });
    for (std::size_t layer = 0; layer < store.header.layers.size(); ++layer) {
        const LayerInfo& info = store.header.layers[layer];
        gatherer.part("run/kernels/" + layerGroup(info), [&] {
            std::size_t count = 0;
            for (const StoredKernel& kernel : readTrack(file.id(), info, layer, &count))
                store.apply(kernel);
            tell(count, "kernels", "run/kernels/" + layerGroup(info));
        });
    }
    for (const char* which : {"last", "best"}) {
        const std::string group = fmt::format("run/checkpoints/{}", which);
        gatherer.part(group, [&] {
            if (!h5::exists(file.id(), group))
                return;
            auto stored = std::make_shared<StoredCheckpoint>();
            stored->checkpoint = readCheckedCheckpoint(file.id(), group);
            (which == std::string("last") ? store.last : store.best) = std::move(stored);
        });
    }
}

} // namespace

Result<RunStore> gatherRun(const SalvageSource& source, std::vector<std::string>& lost)
{
    auto journal = loadJournal(source.journal);
    if (!journal) {
        lost.push_back(journal.error().message);
        journal = Journal{};
    }
    Gatherer gatherer(source, lost);
    std::optional<SnapshotFile> file;
    if (!source.snapshot.empty()) {
        gatherer.part("The snapshot", [&] {
            auto opened = SnapshotFile::openUnverified(source.snapshot);
            if (!opened)
                throw h5::Failure(opened.error().message.substr(0, opened.error().message.find(kDoctorAdvice)));
            file.emplace(std::move(*opened));
        });
    }
    auto store = gatherHeader(gatherer, file ? &*file : nullptr, *journal, lost);
    if (!store)
        return fail("Nothing can be salvaged: neither the run file nor its journal says which run it was.");
    if (file)
        gatherSnapshot(gatherer, *file, *store, lost);
    const bool ended = file && hasEnded(store->state);
    if (const auto within = recordsWithin(*journal, store->id, store->generation)) {
        if (journal->good_bytes < journal->total_bytes)
            lost.push_back(fmt::format("The journal is lost behind byte {} of {}.",
                                       plainNumber(static_cast<double>(journal->good_bytes)),
                                       plainNumber(static_cast<double>(journal->total_bytes))));
        for (std::size_t i = *within; i < journal->records.size(); ++i)
            store->apply(journal->records[i]);
    }
    if (!ended)
        store->state = RunState::Crashed;
    return std::move(*store);
}

} // namespace toeplab::core
