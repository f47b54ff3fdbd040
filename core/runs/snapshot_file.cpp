// SPDX-License-Identifier: Apache-2.0
#include "core/runs/checkpoint_io.h"
#include "core/runs/child.h"
#include "core/runs/h5_data.h"
#include "core/runs/seal.h"
#include "core/runs/snapshot.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>

namespace toeplab::core
{

namespace
{

constexpr unsigned kSecondsOfTrying = 20; // of computing
constexpr int kAttempts = 20;             // to open what a writer is replacing

SnapshotFile::Identity identityFrom(const struct stat& status)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
            status.st_ctim.tv_sec * kSecond + status.st_ctim.tv_nsec};
}

/// An unknown minor version only adds; an unknown major one means something else by the same names.
Result<void> checkSchema(hid_t file, const std::string& path)
{
    const std::string schema = h5::textAttribute(file, "toeplab_schema", "");
    if (schema.empty())
        return fail("The file {} is an HDF5 file, but not a run of Toeplab: it has no attribute toeplab_schema. Choose "
                    "another file.",
                    path);
    int major = 0;
    const auto parsed = std::from_chars(schema.data(), schema.data() + schema.size(), major);
    if (parsed.ec != std::errc() || major != kSchemaMajor)
        return fail("The run file {} has format {}, this version of Toeplab reads {}.x. Open it with a newer one.",
                    path, schema, kSchemaMajor);
    return {};
}

std::size_t readEverything(hid_t file)
{
    const SnapshotContent content = readContent(file);
    const RunHeader& header = content.data.header;
    std::size_t count = 0;
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer)
        count += readTrack(file, header.layers[layer], layer).size();
    for (const char* which : {"run/checkpoints/last", "run/checkpoints/best"}) {
        if (h5::exists(file, which)) {
            count += readCheckpointGroup(file, which).parameters.size();
            count += readCheckpointKernels(file, which, header).size();
        }
    }
    return count;
}

/// Reads all of a file in a child process, which may go down over it. That something cannot be read there is found out
/// again, and said, by whoever reads it here.
Result<void> tryReading(const Descriptor& file, const std::string& path)
{
    const auto end = runInChild([&](const Tell&) {
        limitComputing(kSecondsOfTrying);
        const auto snapshot = SnapshotFile::openUnverified(fmt::format("/proc/self/fd/{}", file.number()));
        static_cast<void>(readingRun(path, [&] { return snapshot ? readEverything(snapshot->id()) : std::size_t{0}; }));
    });
    if (!end)
        return tl::unexpected(end.error());
    if (!end->alive)
        return fail("The run file {} is damaged: reading it brought a reader down.{}{}", path, kDoctorAdvice, path);
    return {};
}

} // namespace

Result<SnapshotFile> SnapshotFile::open(const std::string& path)
{
    return openNewest(path, true);
}

Result<SnapshotFile> SnapshotFile::openUnverified(const std::string& path)
{
    return openNewest(path, false);
}

Result<SnapshotFile> SnapshotFile::openNewest(const std::string& path, bool verify)
{
    for (int attempt = 1;; ++attempt) {
        Identity identity;
        auto snapshot = openWith(path, verify, identity);
        // HDF5 asks for the name of what it opens, and a file that was replaced has none any more.
        if (snapshot || attempt == kAttempts || identityOf(path).value_or(identity) == identity)
            return snapshot;
    }
}

Result<SnapshotFile> SnapshotFile::openWith(const std::string& path, bool verify, Identity& identity)
{
    SnapshotFile snapshot;
    // Without waiting: a named pipe would have to be filled first.
    snapshot.descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status = {};
    if (!snapshot.descriptor_.valid() || ::fstat(snapshot.descriptor_.number(), &status) != 0)
        return fail("The run file {} cannot be opened: {}. Give a run's file or a name that `toeplab runs list` shows.",
                    path, systemReason(errno));
    if (!S_ISREG(status.st_mode))
        return fail("{} is no file that a run could be read from.", path);
    snapshot.identity_ = identity = identityFrom(status);
    if (verify) {
        const auto try_unsealed = [&] { return tryReading(snapshot.descriptor_, path); };
        if (auto whole = verifyWhole(snapshot.descriptor_, path, try_unsealed); !whole)
            return tl::unexpected(whole.error());
    }
    snapshot.lock_ = std::make_unique<h5::Lock>();
    try {
        // By number: what was verified is what is read, even when the writer puts a newer file in place meanwhile.
        snapshot.file_ = h5::openReadOnly(fmt::format("/proc/self/fd/{}", snapshot.descriptor_.number()));
        if (auto known = checkSchema(snapshot.id(), path); !known)
            return tl::unexpected(known.error());
    } catch (const h5::Failure& error) {
        return fail("The run file {} cannot be opened: {}.{}{}", path, error.what(), kDoctorAdvice, path);
    }
    return snapshot;
}

std::optional<SnapshotFile::Identity> identityOf(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return identityFrom(status);
}

} // namespace toeplab::core
