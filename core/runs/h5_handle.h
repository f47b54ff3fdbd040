// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// A small layer over HDF5's C interface, private to core/runs. Inside it failures travel as h5::Failure, which every
/// public function of core/runs turns into a Result; nothing else of core sees an HDF5 header.
namespace toeplab::core::h5
{

/// What HDF5 could not do, in words: "reading /run/training/loss/loss (inflate() failed)".
class Failure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Held by whoever calls HDF5: one thread of the process at a time, and HDF5's own printing of errors switched off
/// (it is a setting of each thread).
class Lock
{
public:
    Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    std::unique_lock<std::recursive_mutex> lock_;
};

/// In a child process: a lock that its parent held at the fork belongs to a thread that is not there. It is made anew.
void renewLockAfterFork();

/// Owns one identifier of any kind.
class Handle
{
public:
    using Closer = herr_t (*)(hid_t);

    Handle() = default;
    Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
    Handle(Handle&& other) noexcept;
    Handle& operator=(Handle&& other) noexcept;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close(); }

    [[nodiscard]] hid_t id() const { return id_; }
    void close();

private:
    hid_t id_ = H5I_INVALID_HID;
    Closer closer_ = nullptr;
};

/// Throws Failure naming `doing` and HDF5's innermost reason.
[[noreturn]] void raise(const std::string& doing);
/// An identifier as a handle; throws when it is invalid.
[[nodiscard]] Handle own(hid_t id, Handle::Closer closer, const std::string& doing);
/// Throws when a status is negative.
void check(herr_t status, const std::string& doing);

/// A new file that lives in memory only: a full disk or a killed process never leaves HDF5 with half a file.
[[nodiscard]] Handle createInMemory();
/// The bytes of such a file as they would be on disk. Valid until the file changes or closes.
[[nodiscard]] std::span<const std::byte> image(const Handle& file);
/// An existing file, read only and without file locking, so that a reader never stops a writer.
[[nodiscard]] Handle openReadOnly(const std::string& path);

} // namespace toeplab::core::h5
