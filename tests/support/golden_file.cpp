// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden_file.h"

#include <ATen/ops/empty.h>

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace toeplab::tests
{
namespace
{

std::string pathOf(const std::string& file)
{
    return goldenDirectory() + "/" + file + ".h5";
}

/// An HDF5 identifier with its closing function.
class Id
{
public:
    Id(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close)
    {
        if (id < 0)
            throw std::runtime_error("HDF5 cannot open " + what);
    }
    Id(const Id&) = delete;
    Id& operator=(const Id&) = delete;
    ~Id() { close_(id_); }
    operator hid_t() const { return id_; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

std::string readText(hid_t object, const char* name)
{
    const Id attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, std::string("attribute ") + name);
    const Id type(H5Aget_type(attribute), H5Tclose, name);
    if (H5Tis_variable_str(type) > 0) {
        const Id memory(H5Tcopy(H5T_C_S1), H5Tclose, name);
        H5Tset_size(memory, H5T_VARIABLE);
        H5Tset_cset(memory, H5Tget_cset(type));
        char* text = nullptr;
        H5Aread(attribute, memory, &text);
        std::string out = text == nullptr ? "" : text;
        H5free_memory(text);
        return out;
    }
    std::string out(H5Tget_size(type), '\0');
    H5Aread(attribute, type, out.data());
    out.resize(out.find('\0') == std::string::npos ? out.size() : out.find('\0'));
    return out;
}

herr_t addDataset(hid_t object, const char* name, const H5O_info_t* info, void* out)
{
    (void)object;
    if (info->type == H5O_TYPE_DATASET)
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
}

} // namespace

struct GoldenCase::Handles {
    Handles(const std::string& file_name, const std::string& name)
        : file(H5Fopen(pathOf(file_name).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, pathOf(file_name)),
          group(H5Gopen2(file, name.c_str(), H5P_DEFAULT), H5Gclose, name)
    {
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); // asking for what is not there is no error
    }
    Id file, group;
};

GoldenCase::GoldenCase(std::string file_name, std::string case_name)
    : file(std::move(file_name)), name(std::move(case_name)), handles_(std::make_unique<Handles>(file, name))
{
    source = readText(handles_->group, "source");
    meaning = readText(handles_->group, "meaning");
    dtype = readText(handles_->group, "dtype") == "float32" ? at::kFloat : at::kDouble;
    config = nlohmann::json::parse(readText(handles_->group, "config"));
}

GoldenCase::~GoldenCase() = default;
GoldenCase::GoldenCase(GoldenCase&&) noexcept = default;

bool GoldenCase::has(const std::string& path) const
{
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
        if (H5Lexists(handles_->group, path.substr(0, at).c_str(), H5P_DEFAULT) <= 0)
            return false;
    return H5Lexists(handles_->group, path.c_str(), H5P_DEFAULT) > 0;
}

at::Tensor GoldenCase::tensor(const std::string& path) const
{
    const Id dataset(H5Dopen2(handles_->group, path.c_str(), H5P_DEFAULT), H5Dclose, name + "/" + path);
    const Id space(H5Dget_space(dataset), H5Sclose, path);
    const Id type(H5Dget_type(dataset), H5Tclose, path);
    std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space), 0)));
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
    const bool integer = H5Tget_class(type) == H5T_INTEGER;
    const bool single = !integer && H5Tget_size(type) == 4;
    const at::ScalarType scalar = integer ? at::kLong : (single ? at::kFloat : at::kDouble);
    at::Tensor out = at::empty(std::vector<std::int64_t>(extent.begin(), extent.end()), scalar);
    const hid_t memory = integer ? H5T_NATIVE_INT64 : (single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE);
    if (H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data_ptr()) < 0)
        throw std::runtime_error("HDF5 cannot read " + name + "/" + path);
    return out;
}

std::vector<std::string> GoldenCase::names(const std::string& group) const
{
    std::vector<std::string> out;
    if (!has(group))
        return out;
    const Id object(H5Oopen(handles_->group, group.c_str(), H5P_DEFAULT), H5Oclose, group);
    if (H5Iget_type(object) == H5I_GROUP)
        H5Ovisit2(object, H5_INDEX_NAME, H5_ITER_INC, addDataset, &out, H5O_INFO_BASIC);
    return out;
}

std::string goldenDirectory()
{
    const char* directory = std::getenv("TOEPLAB_GOLDEN_DIR");
    return directory == nullptr ? "" : directory;
}

std::vector<std::string> goldenFiles()
{
    std::vector<std::string> files;
    if (goldenDirectory().empty())
        return files;
    if (!std::filesystem::is_directory(goldenDirectory()))
        throw std::runtime_error("TOEPLAB_GOLDEN_DIR is " + goldenDirectory() + ", which is no folder.");
    for (const auto& entry : std::filesystem::directory_iterator(goldenDirectory()))
        if (entry.path().extension() == ".h5")
            files.push_back(entry.path().stem().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::string> goldenCases(const std::string& file)
{
    const Id handle(H5Fopen(pathOf(file).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, pathOf(file));
    return nlohmann::json::parse(readText(handle, "cases")).get<std::vector<std::string>>();
}

} // namespace toeplab::tests
