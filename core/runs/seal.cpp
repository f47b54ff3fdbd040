// SPDX-License-Identifier: Apache-2.0
#include "core/runs/seal.h"

#include "core/base/crc32c.h"
#include "core/base/text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>

namespace toeplab::core
{

namespace
{

constexpr char kMagic[8] = {'T', 'O', 'E', 'P', 'S', 'E', 'A', 'L'};
constexpr std::array<std::uint8_t, 8> kHdf5Magic = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFooterBytes = 40;
constexpr std::size_t kCheckedBytes = 28;
constexpr std::uint32_t kLargestSummary = 1U << 20;

template <typename T>
T numberAt(std::span<const std::byte> bytes, std::size_t offset)
{
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

template <typename T>
void put(std::vector<std::byte>& bytes, T value)
{
    const auto raw = std::as_bytes(std::span(&value, 1));
    bytes.insert(bytes.end(), raw.begin(), raw.end());
}

/// False when the bytes are not there.
bool readAt(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into)
{
    while (!into.empty()) {
        const ssize_t count = ::pread(file.number(), into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        into = into.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

bool checksumFits(const Descriptor& file, const Seal& seal)
{
    std::vector<std::byte> block(std::size_t{1} << 20);
    std::uint32_t crc = 0;
    for (std::uint64_t offset = 0; offset < seal.hdf5_bytes; offset += block.size()) {
        const std::span<std::byte> part =
            std::span(block).first(std::min<std::uint64_t>(block.size(), seal.hdf5_bytes - offset));
        if (!readAt(file, offset, part))
            return false;
        crc = crc32c(part, crc);
    }
    return crc == seal.hdf5_crc;
}

/// Files found whole, so that looking at one frame after the other does not read 100 MB each time.
class Verified
{
public:
    [[nodiscard]] bool contains(const struct stat& status)
    {
        const std::scoped_lock lock(mutex_);
        return std::any_of(known_.begin(), known_.end(), [&](const struct stat& other) { return same(status, other); });
    }

    void add(const struct stat& status)
    {
        // A file changed within the last moments could change again without its times telling.
        if (std::time(nullptr) - std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) < 2)
            return;
        const std::scoped_lock lock(mutex_);
        known_[next_] = status;
        next_ = (next_ + 1) % known_.size();
    }

private:
    static bool same(const struct stat& a, const struct stat& b)
    {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
               a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
               a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
    }

    std::mutex mutex_;
    std::array<struct stat, 64> known_{};
    std::size_t next_ = 0;
};

Verified& verified()
{
    static Verified instance;
    return instance;
}

Result<void> explainUnsealed(const Descriptor& file, std::uint64_t size, const std::string& path)
{
    const std::optional<std::uint64_t> stated = statedLength(file);
    if (size == 0)
        return fail("The file {} is empty.{}{}", path, kDoctorAdvice, path);
    if (!stated)
        return fail("The file {} is no run file: it does not begin as an HDF5 file does.", path);
    if (*stated == size)
        return {};
    if (*stated > size)
        return fail("The run file {} ends early at byte {} of {}.{}{}", path, plainNumber(static_cast<double>(size)),
                    plainNumber(static_cast<double>(*stated)), kDoctorAdvice, path);
    return fail("The run file {} is damaged near its end, behind byte {}.{}{}", path,
                plainNumber(static_cast<double>(*stated)), kDoctorAdvice, path);
}

} // namespace

std::vector<std::byte> makeSeal(std::span<const std::byte> hdf5, const nlohmann::json& summary)
{
    const std::string text = summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto text_bytes = std::as_bytes(std::span(text));
    std::vector<std::byte> footer;
    put(footer, static_cast<std::uint64_t>(hdf5.size()));
    put(footer, crc32c(hdf5));
    put(footer, static_cast<std::uint32_t>(text.size()));
    put(footer, crc32c(text_bytes));
    put(footer, kVersion);
    put(footer, std::uint32_t{0});
    put(footer, crc32c(footer));
    const auto magic = std::as_bytes(std::span(kMagic));
    footer.insert(footer.end(), magic.begin(), magic.end());
    std::vector<std::byte> seal(text_bytes.begin(), text_bytes.end());
    seal.insert(seal.end(), footer.begin(), footer.end());
    return seal;
}

std::optional<Seal> readSeal(const Descriptor& file, std::uint64_t size)
{
    std::array<std::byte, kFooterBytes> footer{};
    if (size < kFooterBytes || !readAt(file, size - kFooterBytes, footer) ||
        std::memcmp(footer.data() + kCheckedBytes + 4, kMagic, sizeof(kMagic)) != 0 ||
        numberAt<std::uint32_t>(footer, kCheckedBytes) != crc32c(std::span(footer).first(kCheckedBytes)))
        return std::nullopt;
    Seal seal;
    seal.hdf5_bytes = numberAt<std::uint64_t>(footer, 0);
    seal.hdf5_crc = numberAt<std::uint32_t>(footer, 8);
    const auto summary_bytes = numberAt<std::uint32_t>(footer, 12);
    if (summary_bytes > kLargestSummary || seal.hdf5_bytes > size ||
        seal.hdf5_bytes + summary_bytes + kFooterBytes != size)
        return std::nullopt;
    std::string text(summary_bytes, '\0');
    const auto text_bytes = std::as_writable_bytes(std::span(text));
    if (!readAt(file, seal.hdf5_bytes, text_bytes) || crc32c(text_bytes) != numberAt<std::uint32_t>(footer, 16))
        return std::nullopt;
    seal.summary = nlohmann::json::parse(text, nullptr, false);
    return seal;
}

std::optional<std::uint64_t> statedLength(const Descriptor& file)
{
    std::array<std::byte, 64> head{};
    if (!readAt(file, 0, head) || std::memcmp(head.data(), kHdf5Magic.data(), kHdf5Magic.size()) != 0)
        return std::nullopt;
    // The superblock's end-of-file address (HDF5 file format specification, III.A, levels 0, 1 and 2-3), 8-byte
    // addresses.
    switch (std::to_integer<unsigned>(head[8])) {
    case 0:
        return numberAt<std::uint64_t>(head, 40);
    case 1:
        return numberAt<std::uint64_t>(head, 44);
    default:
        return numberAt<std::uint64_t>(head, 28);
    }
}

Result<void> verifyWhole(const Descriptor& file, const std::string& path,
                         const std::function<Result<void>()>& try_unsealed)
{
    struct stat status = {};
    if (::fstat(file.number(), &status) != 0)
        return fail("The run file {} cannot be looked at: {}.", path, systemReason(errno));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (verified().contains(status))
        return {};
    const std::optional<Seal> seal = readSeal(file, size);
    if (!seal) {
        if (auto explained = explainUnsealed(file, size, path); !explained)
            return explained;
        if (auto tried = try_unsealed(); !tried)
            return tried;
    } else if (!checksumFits(file, *seal))
        return fail("The run file {} is damaged: its content does not fit its checksum.{}{}", path, kDoctorAdvice,
                    path);
    verified().add(status);
    return {};
}

} // namespace toeplab::core
