// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What the operating system said, for the end of a sentence: "No space left on device".
[[nodiscard]] std::string systemReason(int error_number);

/// An open file; closes itself.
class Descriptor
{
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool valid() const { return number_ >= 0; }

private:
    int number_ = -1;
};

/// Whole file. The error says what the system said.
[[nodiscard]] Result<std::vector<std::byte>> readFile(const std::string& path);

enum class Existing { Replace, Refuse };
/// Writes the parts one after the other to PATH.tmp, brings them to the disk, renames into place and brings the folder
/// to the disk: whoever opens PATH finds the old content or the new one, complete. Refuse: fails when PATH exists by
/// then. On failure PATH is as it was, and PATH.tmp is gone.
[[nodiscard]] Result<void> writeAtomically(const std::string& path, std::span<const std::span<const std::byte>> parts,
                                           Existing existing);

/// Makes a name created, renamed or removed in the folder of `path` last through a power loss.
[[nodiscard]] Result<void> syncFolderOf(const std::string& path);

} // namespace toeplab::core
