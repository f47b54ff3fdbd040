// SPDX-License-Identifier: Apache-2.0
#include "core/runs/h5_handle.h"

#include <fmt/format.h>

#include <new>
#include <utility>

namespace toeplab::core::h5
{

namespace
{

std::recursive_mutex& mutex()
{
    static std::recursive_mutex instance;
    return instance;
}

/// Walking downward, the last entry visited is the innermost cause.
herr_t keepInnermost(unsigned /*depth*/, const H5E_error2_t* entry, void* text)
{
    if (entry->desc != nullptr && *entry->desc != '\0')
        *static_cast<std::string*>(text) = entry->desc;
    return 0;
}

Handle fileAccess()
{
    Handle access = own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "preparing file access");
    // The earliest format that can hold the content: a file cut off in the middle of the newer one cannot be opened.
    check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), "choosing the file format");
    check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "choosing how files close");
    return access;
}

} // namespace

Lock::Lock() : lock_(mutex())
{
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void renewLockAfterFork()
{
    new (&mutex()) std::recursive_mutex;
}

Handle::Handle(Handle&& other) noexcept
    : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(std::exchange(other.closer_, nullptr))
{
}

Handle& Handle::operator=(Handle&& other) noexcept
{
    if (this != &other) {
        close();
        id_ = std::exchange(other.id_, H5I_INVALID_HID);
        closer_ = std::exchange(other.closer_, nullptr);
    }
    return *this;
}

void Handle::close()
{
    if (closer_ != nullptr && id_ >= 0)
        closer_(id_);
    id_ = H5I_INVALID_HID;
    closer_ = nullptr;
}

void raise(const std::string& doing)
{
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keepInnermost, &reason);
    H5Eclear2(H5E_DEFAULT);
    throw Failure(reason.empty() ? doing : fmt::format("{} ({})", doing, reason));
}

Handle own(hid_t id, Handle::Closer closer, const std::string& doing)
{
    if (id < 0)
        raise(doing);
    return {id, closer};
}

void check(herr_t status, const std::string& doing)
{
    if (status < 0)
        raise(doing);
}

Handle createInMemory()
{
    constexpr std::size_t kGrowth = std::size_t{4} << 20;
    const Handle access = fileAccess();
    check(H5Pset_fapl_core(access.id(), kGrowth, false), "preparing a file in memory");
    return own(H5Fcreate("in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), H5Fclose, "creating a file in memory");
}

std::span<const std::byte> image(const Handle& file)
{
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "completing the file in memory");
    const ssize_t size = H5Fget_file_image(file.id(), nullptr, 0);
    if (size < 0)
        raise("measuring the file in memory");
    void* memory = nullptr; // the driver hands out the address of its own pointer to the bytes
    check(H5Fget_vfd_handle(file.id(), H5P_DEFAULT, &memory), "finding the file in memory");
    return {*static_cast<std::byte**>(memory), static_cast<std::size_t>(size)};
}

Handle openReadOnly(const std::string& path)
{
    const Handle access = fileAccess();
    check(H5Pset_file_locking(access.id(), false, true), "switching file locking off");
    return own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, "opening the file");
}

} // namespace toeplab::core::h5
