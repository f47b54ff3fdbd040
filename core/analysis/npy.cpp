// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/npy.h"

#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace toeplab::core
{
namespace
{

constexpr const char* kHowToWrite =
    "Write it with numpy.save(\"kernel.npy\", numpy.ascontiguousarray(t, dtype=\"<f8\")).";

struct Header {
    std::string type; ///< "<f8"
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
};

/// What follows 'key': in the header's dictionary, or nothing.
std::string_view valueOf(std::string_view text, std::string_view key)
{
    const std::size_t at = text.find(fmt::format("'{}'", key));
    const std::size_t colon = at == std::string_view::npos ? at : text.find(':', at);
    if (colon == std::string_view::npos) {
        return {};
    }
    const std::size_t begin = text.find_first_not_of(' ', colon + 1);
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

/// "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 5), }", as numpy writes it.
bool parseHeader(std::string_view text, Header& header)
{
    const std::string_view type = valueOf(text, "descr"), order = valueOf(text, "fortran_order"),
                           shape = valueOf(text, "shape");
    if (type.size() < 2 || shape.empty() || shape.front() != '(' || order.empty()) {
        return false;
    }
    header.type = std::string(type.substr(1, type.find('\'', 1) - 1));
    header.fortran_order = order.substr(0, 4) == "True";
    const std::size_t end = shape.find(')');
    if (end == std::string_view::npos) {
        return false;
    }
    const char* const last = shape.data() + end;
    for (const char* at = shape.data() + 1; at < last;) {
        std::int64_t size = 0;
        const auto [next, error] = std::from_chars(at, last, size);
        if (error == std::errc{}) {
            header.shape.push_back(size);
        }
        at = error == std::errc{} ? next : at + 1;
    }
    return true;
}

template <typename Number>
void convert(const std::vector<char>& bytes, std::vector<double>& values)
{
    static_assert(std::endian::native == std::endian::little);
    values.resize(bytes.size() / sizeof(Number));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Number number{};
        std::memcpy(&number, bytes.data() + i * sizeof(Number), sizeof(Number));
        values[i] = number;
    }
}

/// The dictionary's text, with the stream behind it.
Result<std::string> readHeaderText(std::ifstream& stream, const std::string& path)
{
    std::array<unsigned char, 12> start{};
    stream.read(reinterpret_cast<char*>(start.data()), 10); // magic, version, and the short form of the length
    if (!stream || std::memcmp(start.data(), "\x93NUMPY", 6) != 0) {
        return fail("The file {} is no .npy file. {}", path, kHowToWrite);
    }
    std::size_t size = start[8] + 256U * start[9];
    if (start[6] >= 2) { // a length of 4 bytes
        stream.read(reinterpret_cast<char*>(start.data()) + 10, 2);
        size += (static_cast<std::size_t>(start[10]) << 16U) + (static_cast<std::size_t>(start[11]) << 24U);
    }
    constexpr std::size_t kMostHeader = 65536;
    std::string text(std::min(size, kMostHeader), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream || size > kMostHeader) {
        return fail("The header of {} is damaged. {}", path, kHowToWrite);
    }
    return text;
}

} // namespace

Result<NpyArray> readNpy(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return fail("The file {} cannot be opened. Check the path and its permissions.", path);
    }
    auto text = readHeaderText(stream, path);
    if (!text) {
        return tl::unexpected(text.error());
    }
    Header header;
    if (!parseHeader(*text, header)) {
        return fail("The header of {} is damaged. {}", path, kHowToWrite);
    }
    const std::size_t width = header.type == "<f8" ? 8 : header.type == "<f4" ? 4 : 0;
    if (width == 0 || (header.fortran_order && header.shape.size() > 1)) {
        return fail("The file {} holds {}{} values, where float64 or float32 in C order is needed. {}", path,
                    header.type, header.fortran_order ? " Fortran-ordered" : "", kHowToWrite);
    }
    constexpr std::size_t kMostValues = 1U << 30U;
    std::size_t count = 1;
    for (const std::int64_t size : header.shape) {
        if (size < 0 || (size > 0 && count > kMostValues / static_cast<std::size_t>(size))) {
            return fail("The header of {} is damaged: it speaks of too many values. {}", path, kHowToWrite);
        }
        count *= static_cast<std::size_t>(size);
    }
    const auto start = static_cast<std::uintmax_t>(stream.tellg());
    std::error_code error;
    const std::uintmax_t there = std::filesystem::file_size(path, error) - start;
    if (error || there != count * width) {
        return fail("The file {} has {} bytes of values, but its header says {}. Copy it again.", path, there,
                    count * width);
    }
    std::vector<char> bytes(count * width);
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream) {
        return fail("Reading {} failed. Check the disk and copy the file again.", path);
    }
    NpyArray array{header.shape, {}};
    width == 8 ? convert<double>(bytes, array.values) : convert<float>(bytes, array.values);
    return array;
}

Result<void> writeNpy(const std::string& path, std::span<const std::int64_t> shape, std::span<const float> values)
{
    static_assert(std::endian::native == std::endian::little, "the values are written as they lie in memory");
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (const std::int64_t size : shape) {
        header += fmt::format("{}, ", size);
    }
    header += "), }";
    constexpr std::size_t kPrefix = 10, kAlignment = 64; // the header ends with a newline on a multiple of 64 bytes
    header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
    header += '\n';
    const auto length = static_cast<std::uint16_t>(header.size());
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write("\x93NUMPY\x01\x00", 8);
    stream.write(reinterpret_cast<const char*>(&length), sizeof(length));
    stream << header;
    stream.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
    stream.close();
    if (!stream) {
        return fail("The file {} cannot be written. Check the folder's permissions and the disk's free space.", path);
    }
    return {};
}

Result<KernelArray> readKernelArray(const std::string& path)
{
    auto array = readNpy(path);
    if (!array) {
        return tl::unexpected(array.error());
    }
    const auto& shape = array->shape;
    const bool fits = (shape.size() == 1 || (shape.size() == 2 && shape[0] > 0)) && shape.back() % 2 == 1;
    if (!fits) {
        return fail(
            "The array in {} has the shape ({}), where (2n-1,) or (channels, 2n-1) is needed: the lags -(n-1) to n-1, "
            "an odd number.",
            path, fmt::join(shape, ", "));
    }
    KernelArray kernel;
    kernel.channels = shape.size() == 1 ? 1 : shape[0];
    kernel.length = (shape.back() + 1) / 2;
    kernel.values = std::move(array->values);
    return kernel;
}

} // namespace toeplab::core
