// SPDX-License-Identifier: Apache-2.0
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

} // namespace

Result<SnapshotFile> SnapshotFile::open(const std::string& path)
{
    return openWith(path, true);
}

Result<SnapshotFile> SnapshotFile::openUnverified(const std::string& path)
{
    return openWith(path, false);
}

Result<SnapshotFile> SnapshotFile::openWith(const std::string& path, bool verify)
{
    SnapshotFile snapshot;
    snapshot.descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!snapshot.descriptor_.valid() || ::fstat(snapshot.descriptor_.number(), &status) != 0)
        return fail("The run file {} cannot be opened: {}.", path, systemReason(errno));
    if (!S_ISREG(status.st_mode))
        return fail("{} is no file that a run could be read from.", path);
    snapshot.identity_ = identityFrom(status);
    if (verify) {
        if (auto whole = verifyWhole(snapshot.descriptor_, path); !whole)
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
