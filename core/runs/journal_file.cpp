// SPDX-License-Identifier: Apache-2.0
#include "core/runs/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace toeplab::core
{

namespace
{

constexpr const char* kSuffix = ".h5";

/// The lock belongs to the open file, so a second open of this very process is refused as well, and it goes with the
/// process however that ends.
struct flock wholeFile(short type)
{
    struct flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

bool lockFor(const Descriptor& file)
{
    struct flock lock = wholeFile(F_WRLCK);
    return ::fcntl(file.number(), F_OFD_SETLK, &lock) == 0;
}

bool hasName(const Descriptor& file)
{
    struct stat status = {};
    return ::fstat(file.number(), &status) == 0 && status.st_nlink > 0;
}

} // namespace

std::string journalPath(const std::string& run_path)
{
    const std::string suffix(kSuffix);
    std::string stem = run_path;
    if (stem.size() > suffix.size() && stem.ends_with(suffix))
        stem.resize(stem.size() - suffix.size());
    return stem + ".journal";
}

bool writerAlive(const std::string& journal_path)
{
    const Descriptor file(::open(journal_path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return false;
    struct flock lock = wholeFile(F_RDLCK); // asks only: a reader never stands in a writer's way
    return ::fcntl(file.number(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Result<JournalFile> JournalFile::open(const std::string& path, Existing existing)
{
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file.valid())
        return fail("The journal {} cannot be opened: {}. Check that its folder exists and may be written.", path,
                    systemReason(errno));
    if (!lockFor(file)) {
        if (errno == EAGAIN || errno == EACCES)
            return fail("The run of {} is being written by another process. Stop that one first.", path);
        return fail("The journal {} cannot be locked: {}.", path, systemReason(errno));
    }
    if (!hasName(file))
        return open(path, existing); // its writer ended and removed it between the two calls above
    JournalFile journal(std::move(file), path);
    const off_t end = ::lseek(journal.file_.number(), 0, SEEK_END);
    journal.size_ = static_cast<std::size_t>(std::max<off_t>(end, 0));
    // An empty one is what a process leaves that is stopped before its run has begun.
    if (existing == Existing::Refuse && journal.size_ > 0)
        return fail("The journal {} exists already: it is of a run that has lost its run file. Choose another name, or "
                    "salvage it with: toeplab runs doctor {}",
                    path, path);
    return journal;
}

Result<void> JournalFile::restart(const JournalStart& start, std::span<const std::byte> records)
{
    std::vector<std::byte> bytes = journalPrologue();
    const std::vector<std::byte> record = encodeStart(start);
    bytes.insert(bytes.end(), record.begin(), record.end());
    bytes.insert(bytes.end(), records.begin(), records.end());
    if (size_ > 0)
        return replaceBy(std::move(bytes));
    if (auto appended = append(bytes); !appended)
        return appended;
    return sync();
}

/// The new file is locked before it has the name, so that the run looks alive at every moment.
Result<void> JournalFile::replaceBy(std::vector<std::byte> bytes)
{
    if (!linked())
        return tl::unexpected(removed()); // the name may be another's by now
    const std::string beside = path_ + ".tmp";
    Descriptor file(::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid() || !lockFor(file))
        return fail("The journal {} cannot be restarted: {}.", path_, systemReason(errno));
    JournalFile fresh(std::move(file), path_);
    Result<void> done = fresh.append(bytes);
    if (done)
        done = fresh.sync();
    if (done && ::rename(beside.c_str(), path_.c_str()) != 0)
        done = fail("The journal {} cannot be restarted: {}.", path_, systemReason(errno));
    if (!done) {
        ::unlink(beside.c_str());
        return done;
    }
    *this = std::move(fresh);
    return syncFolderOf(path_);
}

Result<void> JournalFile::append(std::vector<std::byte>& pending)
{
    std::size_t done = 0;
    int error_number = 0;
    while (done < pending.size() && error_number == 0) {
        const ssize_t written =
            ::pwrite(file_.number(), pending.data() + done, pending.size() - done, static_cast<off_t>(size_ + done));
        if (written >= 0)
            done += static_cast<std::size_t>(written);
        else if (errno != EINTR)
            error_number = errno;
    }
    size_ += done;
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(done));
    if (error_number != 0)
        return fail("The journal {} cannot be written: {}. Free some space or mend the folder; what was logged is kept "
                    "in memory and tried again.",
                    path_, systemReason(error_number));
    return {};
}

Result<void> JournalFile::sync()
{
    if (::fdatasync(file_.number()) != 0)
        return fail("The journal {} could not be brought to the disk: {}. What was logged is kept in memory and tried "
                    "again.",
                    path_, systemReason(errno));
    if (!linked())
        return tl::unexpected(removed());
    return {};
}

Error JournalFile::removed() const
{
    return {fmt::format("The journal {} was removed while its run is being written. What was logged is kept in memory "
                        "and written again as soon as the folder is there.",
                        path_)};
}

bool JournalFile::linked() const
{
    return hasName(file_);
}

void JournalFile::remove()
{
    ::unlink(path_.c_str());
}

} // namespace toeplab::core
