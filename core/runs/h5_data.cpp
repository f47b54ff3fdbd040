// SPDX-License-Identifier: Apache-2.0
#include "core/runs/h5_data.h"
#include "core/runs/h5_types.h"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <limits>

namespace toeplab::core::h5
{

namespace
{

constexpr std::uint64_t kLargestBlock = std::uint64_t{4} << 30;
constexpr unsigned kDeflateLevel = 4; // of chunks that HDF5 itself would write; ours come encoded

Handle spaceOf(const std::vector<hsize_t>& shape)
{
    if (shape.empty())
        return own(H5Screate(H5S_SCALAR), H5Sclose, "making a scalar");
    return own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, "making a shape");
}

/// Creation without time stamps: equal content gives equal bytes.
Handle datasetCreation()
{
    Handle creation = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "preparing a dataset");
    check(H5Pset_obj_track_times(creation.id(), false), "preparing a dataset");
    return creation;
}

Handle createDataset(hid_t parent, const std::string& path, hid_t type, const Handle& space, const Handle& creation)
{
    return own(H5Dcreate2(parent, path.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose,
               fmt::format("creating {}", path));
}

std::uint64_t blockBytes(const std::vector<hsize_t>& shape, std::size_t element)
{
    std::uint64_t bytes = element;
    for (const hsize_t extent : shape) {
        if (extent != 0 && bytes > kLargestBlock / extent)
            throw Failure("reading a dataset of over 4 GiB");
        bytes *= extent;
    }
    return bytes;
}

std::vector<std::string> readTextValues(const Handle& dataset, const std::string& path)
{
    const std::string doing = fmt::format("reading {}", path);
    const Handle stored = own(H5Dget_type(dataset.id()), H5Tclose, doing);
    if (H5Tget_class(stored.id()) != H5T_STRING)
        throw Failure(fmt::format("reading {} (it is no text)", path));
    const Handle space = own(H5Dget_space(dataset.id()), H5Sclose, doing);
    const hssize_t points = H5Sget_simple_extent_npoints(space.id());
    const bool variable = H5Tis_variable_str(stored.id()) > 0;
    const std::size_t size = variable ? sizeof(char*) : H5Tget_size(stored.id());
    if (points < 0)
        raise(doing);
    blockBytes({static_cast<hsize_t>(points)}, size);
    const auto count = static_cast<std::size_t>(points);
    std::vector<std::string> values;
    values.reserve(count);
    if (count == 0)
        return values; // HDF5 takes no empty buffer here
    if (!variable) {
        std::string bytes(count * size, '\0');
        check(H5Dread(dataset.id(), stored.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), doing);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string text = bytes.substr(i * size, size);
            values.emplace_back(text.c_str());
        }
        return values;
    }
    std::vector<char*> pointers(count, nullptr);
    check(H5Dread(dataset.id(), stored.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), doing);
    for (const char* pointer : pointers)
        values.emplace_back(pointer == nullptr ? "" : pointer);
    check(H5Dvlen_reclaim(stored.id(), space.id(), H5P_DEFAULT, pointers.data()), doing);
    return values;
}

template <typename T>
std::vector<T> readNumbers(hid_t parent, const std::string& path, hid_t memory_type)
{
    const std::vector<std::byte> bytes = readBlock(openDataset(parent, path), memory_type);
    std::vector<T> values(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(values)).begin());
    return values;
}

} // namespace

Handle createGroup(hid_t parent, const std::string& path)
{
    return own(H5Gcreate2(parent, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
               fmt::format("creating the group {}", path));
}

Handle openGroup(hid_t parent, const std::string& path)
{
    return own(H5Gopen2(parent, path.c_str(), H5P_DEFAULT), H5Gclose, fmt::format("opening the group {}", path));
}

bool exists(hid_t parent, const std::string& path)
{
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        if (H5Lexists(parent, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0)
            return false;
        if (end == std::string::npos)
            return true;
    }
}

std::vector<std::string> children(hid_t group)
{
    H5G_info_t info{};
    check(H5Gget_info(group, &info), "listing a group");
    std::vector<std::string> names;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
        const ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
        if (length < 0)
            raise("listing a group");
        std::string name(static_cast<std::size_t>(length) + 1, '\0');
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT) < 0)
            raise("listing a group");
        name.pop_back();
        names.push_back(std::move(name));
    }
    return names;
}

bool isGroup(hid_t parent, const std::string& path)
{
    H5O_info_t info{};
    check(H5Oget_info_by_name2(parent, path.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT),
          fmt::format("looking at {}", path));
    return info.type == H5O_TYPE_GROUP;
}

void hardLink(hid_t parent, const std::string& target, const std::string& name)
{
    check(H5Lcreate_hard(parent, target.c_str(), parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
          fmt::format("linking {}", name));
}

void writeText(hid_t parent, const std::string& path, std::string_view value)
{
    const std::string text(value);
    const char* pointer = text.c_str();
    writeBlock(parent, path, textType().id(), {}, &pointer);
}

std::string readText(hid_t parent, const std::string& path)
{
    std::vector<std::string> values = readTextValues(openDataset(parent, path), path);
    if (values.size() != 1)
        throw Failure(fmt::format("reading {} (it has {} values, not one)", path, values.size()));
    return std::move(values.front());
}

Handle writeTexts(hid_t parent, const std::string& path, const std::vector<std::string>& values)
{
    std::vector<const char*> pointers;
    pointers.reserve(values.size());
    for (const std::string& value : values)
        pointers.push_back(value.c_str());
    return writeBlock(parent, path, textType().id(), {values.size()}, pointers.data());
}

std::vector<std::string> readTexts(hid_t parent, const std::string& path)
{
    return readTextValues(openDataset(parent, path), path);
}

Handle writeBlock(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                  const void* values)
{
    Handle dataset = createDataset(parent, path, type, spaceOf(shape), datasetCreation());
    if (std::find(shape.begin(), shape.end(), hsize_t{0}) == shape.end())
        check(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("writing {}", path));
    return dataset;
}

Handle writeIntegers(hid_t parent, const std::string& path, const std::vector<std::int64_t>& values)
{
    return writeBlock(parent, path, H5T_STD_I64LE, {values.size()}, values.data());
}

Handle createChunked(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                     const std::vector<hsize_t>& chunk)
{
    std::vector<hsize_t> limit = shape;
    limit.front() = H5S_UNLIMITED;
    const Handle space =
        own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), limit.data()), H5Sclose, "making a shape");
    const Handle creation = datasetCreation();
    check(H5Pset_chunk(creation.id(), static_cast<int>(chunk.size()), chunk.data()), "choosing chunks");
    check(H5Pset_shuffle(creation.id()), "choosing the shuffle filter");
    check(H5Pset_deflate(creation.id(), kDeflateLevel), "choosing the deflate filter");
    return createDataset(parent, path, type, space, creation);
}

void writeChunk(const Handle& dataset, hsize_t index, hsize_t rows_a_chunk, std::span<const std::byte> encoded)
{
    std::vector<hsize_t> offset(shapeOf(dataset).size(), 0);
    offset.front() = index * rows_a_chunk;
    check(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, offset.data(), encoded.size(), encoded.data()),
          "writing a chunk");
}

Handle writeRows(hid_t parent, const std::string& path, hid_t type, const std::vector<hsize_t>& shape,
                 const void* values)
{
    if (std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end() && shape.front() != 0)
        return writeBlock(parent, path, type, shape, values); // no columns: nothing to chunk
    std::vector<hsize_t> chunk = shape;
    chunk.front() = kRowsAChunk;
    for (hsize_t& extent : chunk)
        extent = std::max<hsize_t>(extent, 1);
    Handle dataset = createChunked(parent, path, type, shape, chunk);
    if (shape.front() != 0)
        check(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("writing {}", path));
    return dataset;
}

Handle openDataset(hid_t parent, const std::string& path)
{
    return own(H5Dopen2(parent, path.c_str(), H5P_DEFAULT), H5Dclose, fmt::format("opening {}", path));
}

std::vector<hsize_t> shapeOf(const Handle& dataset)
{
    const Handle space = own(H5Dget_space(dataset.id()), H5Sclose, "measuring a dataset");
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 0)
        raise("measuring a dataset");
    std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
    if (rank > 0 && H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr) < 0)
        raise("measuring a dataset");
    return shape;
}

std::vector<std::byte> readBlock(const Handle& dataset, hid_t memory_type)
{
    const std::vector<hsize_t> shape = shapeOf(dataset);
    std::vector<std::byte> bytes(blockBytes(shape, H5Tget_size(memory_type)));
    if (!bytes.empty())
        check(H5Dread(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "reading a dataset");
    return bytes;
}

std::vector<double> readReals(hid_t parent, const std::string& path)
{
    return readNumbers<double>(parent, path, H5T_NATIVE_DOUBLE);
}

std::vector<std::int64_t> readIntegers(hid_t parent, const std::string& path)
{
    return readNumbers<std::int64_t>(parent, path, H5T_NATIVE_INT64);
}

std::vector<std::byte> readRange(const Handle& dataset, hsize_t first, hsize_t count, hid_t memory_type)
{
    std::vector<hsize_t> shape = shapeOf(dataset);
    if (shape.empty() || first > shape.front() || count > shape.front() - first)
        throw Failure(fmt::format("reading {} entries from {} on", count, first));
    std::vector<hsize_t> start(shape.size(), 0);
    start.front() = first;
    shape.front() = count;
    std::vector<std::byte> bytes(blockBytes(shape, H5Tget_size(memory_type)));
    if (bytes.empty())
        return bytes;
    const Handle from = own(H5Dget_space(dataset.id()), H5Sclose, "measuring a dataset");
    check(H5Sselect_hyperslab(from.id(), H5S_SELECT_SET, start.data(), nullptr, shape.data(), nullptr),
          "selecting entries");
    const Handle into = spaceOf(shape);
    check(H5Dread(dataset.id(), memory_type, into.id(), from.id(), H5P_DEFAULT, bytes.data()), "reading entries");
    return bytes;
}

void attachScale(const Handle& dataset, const Handle& scale, unsigned axis)
{
    check(H5DSattach_scale(dataset.id(), scale.id(), axis), "attaching a dimension scale");
}

void makeScale(const Handle& dataset, const char* name)
{
    check(H5DSset_scale(dataset.id(), name), "making a dimension scale");
}

} // namespace toeplab::core::h5
