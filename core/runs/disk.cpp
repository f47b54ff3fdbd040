// SPDX-License-Identifier: Apache-2.0
#include "core/runs/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace toeplab::core
{

namespace
{

constexpr std::size_t kLargestTransfer = std::size_t{1} << 30; // Linux moves at most 2 GiB a call

Result<void> writeAll(int file, std::span<const std::byte> bytes, const std::string& path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), std::min(bytes.size(), kLargestTransfer));
        if (written < 0 && errno != EINTR)
            return fail("The run file {} cannot be written: {}. Free some space or mend the folder; what was logged is "
                        "kept in memory and tried again.",
                        path, systemReason(errno));
        if (written > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> writeTemporary(const std::string& path, std::span<const std::span<const std::byte>> parts)
{
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid())
        return fail("The run file {} cannot be created: {}. Check that its folder exists and may be written.", path,
                    systemReason(errno));
    for (const auto part : parts) {
        if (auto written = writeAll(file.number(), part, path); !written)
            return written;
    }
    if (::fsync(file.number()) != 0)
        return fail(
            "The run file {} could not be brought to the disk: {}. Free some space or mend the folder; what was "
            "logged is kept in memory and tried again.",
            path, systemReason(errno));
    return {};
}

/// A hard link fails where the name exists, which rename does not.
Result<void> putInPlace(const std::string& temporary, const std::string& path, Existing existing)
{
    if (existing == Existing::Replace) {
        if (::rename(temporary.c_str(), path.c_str()) == 0)
            return {};
    } else if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    } else if (errno == EINVAL && ::access(path.c_str(), F_OK) != 0 && ::rename(temporary.c_str(), path.c_str()) == 0) {
        return {}; // a file system without RENAME_NOREPLACE
    }
    return fail("The run file {} could not be put in place: {}.", path, systemReason(errno));
}

} // namespace

std::string systemReason(int error_number)
{
    return std::system_category().message(error_number);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor()
{
    if (number_ >= 0)
        ::close(number_);
}

Result<std::vector<std::byte>> readFile(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file.valid() || ::fstat(file.number(), &status) != 0)
        return fail("The file {} cannot be opened: {}.", path, systemReason(errno));
    std::vector<std::byte> bytes;
    try {
        bytes.resize(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)));
    } catch (const std::exception&) {
        return fail("The file {} of {} bytes does not fit into memory.", path, status.st_size);
    }
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const std::size_t wanted = std::min(bytes.size() - filled, kLargestTransfer);
        const ssize_t count = ::pread(file.number(), bytes.data() + filled, wanted, static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail("The file {} cannot be read at byte {}: {}.", path, filled, systemReason(errno));
        if (count == 0)
            break; // it became shorter meanwhile
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

Result<void> writeAtomically(const std::string& path, std::span<const std::span<const std::byte>> parts,
                             Existing existing)
{
    const std::string temporary = path + ".tmp";
    Result<void> done = writeTemporary(temporary, parts);
    if (done)
        done = putInPlace(temporary, path, existing);
    if (!done) {
        ::unlink(temporary.c_str());
        return done;
    }
    return syncFolderOf(path);
}

Result<void> syncFolderOf(const std::string& path)
{
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    const std::string folder = (parent.empty() ? std::filesystem::path(".") : parent).string();
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.valid() || (::fsync(opened.number()) != 0 && errno != EINVAL))
        return fail("The folder {} could not be brought to the disk: {}.", folder, systemReason(errno));
    return {};
}

} // namespace toeplab::core
