// SPDX-License-Identifier: Apache-2.0
#include "core/runs/checkpoint_io.h"

#include "core/base/crc32c.h"
#include "core/runs/h5_types.h"

#include <fmt/format.h>

#include <cstring>
#include <span>
#include <string_view>

namespace toeplab::core
{

namespace
{

using Tensors = std::map<std::string, TensorBlob>;

/// A link cannot be called "." or nothing; those parts of a name are written %2E and %00, and % itself %25.
std::string linkName(std::string_view part)
{
    if (part.empty())
        return "%00";
    if (part == ".")
        return "%2E";
    std::string link;
    for (const char letter : part) {
        if (letter == '%')
            link.append("%25");
        else
            link.push_back(letter);
    }
    return link;
}

std::string linkPath(std::string_view name)
{
    std::string path;
    for (;;) {
        const std::size_t slash = name.find('/');
        path.append(linkName(name.substr(0, slash)));
        if (slash == std::string_view::npos)
            return path;
        path.push_back('/');
        name.remove_prefix(slash + 1);
    }
}

std::string partName(const std::string& link)
{
    if (link == "%00")
        return {};
    if (link == "%2E")
        return ".";
    std::string name;
    for (std::size_t i = 0; i < link.size(); ++i) {
        name += link[i];
        if (link.compare(i, 3, "%25") == 0)
            i += 2;
    }
    return name;
}

void writeTensors(hid_t parent, const std::string& group_name, const Tensors& tensors)
{
    const h5::Handle group = h5::createGroup(parent, group_name);
    for (const auto& [name, tensor] : tensors) {
        if (const std::string problem = tensorProblem(name, tensor); !problem.empty())
            throw h5::Failure(problem);
        const std::string path = linkPath(name);
        for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            if (!h5::exists(group.id(), path.substr(0, slash)))
                static_cast<void>(h5::createGroup(group.id(), path.substr(0, slash)));
        }
        const std::vector<hsize_t> shape(tensor.shape.begin(), tensor.shape.end());
        h5::writeBlock(group.id(), path, h5::tensorType(tensor.dtype).id(), shape, tensor.bytes.data());
    }
}

void readTensors(hid_t group, const std::string& prefix, Tensors& into)
{
    for (const std::string& link : h5::children(group)) {
        const std::string name = prefix + partName(link);
        if (h5::isGroup(group, link)) {
            readTensors(h5::openGroup(group, link).id(), name + "/", into);
            continue;
        }
        const h5::Handle dataset = h5::openDataset(group, link);
        const h5::Handle type = h5::own(H5Dget_type(dataset.id()), H5Tclose, "reading a tensor's type");
        TensorBlob tensor;
        tensor.dtype = h5::tensorDtype(type.id());
        for (const hsize_t extent : h5::shapeOf(dataset))
            tensor.shape.push_back(static_cast<std::int64_t>(extent));
        tensor.bytes = h5::readBlock(dataset, type.id());
        into.emplace(name, std::move(tensor));
    }
}

Tensors readTensors(hid_t parent, const std::string& group_name)
{
    Tensors tensors;
    readTensors(h5::openGroup(parent, group_name).id(), "", tensors);
    return tensors;
}

std::uint32_t checksumOf(const Checkpoint& checkpoint)
{
    const std::string state = jsonText(checkpoint.state);
    std::uint32_t crc = crc32c(std::as_bytes(std::span(state)));
    for (const Tensors* tensors : {&checkpoint.parameters, &checkpoint.optimizer, &checkpoint.generators}) {
        for (const auto& [name, tensor] : *tensors) {
            crc = crc32c(std::as_bytes(std::span(name)), crc);
            crc = crc32c(std::as_bytes(std::span(tensor.shape)), crc);
            crc = crc32c(tensor.bytes, crc);
        }
    }
    return crc;
}

} // namespace

void writeCheckpointGroup(hid_t parent, const std::string& path, const StoredCheckpoint& stored,
                          const RunHeader& header)
{
    const h5::Handle group = h5::createGroup(parent, path);
    h5::setText(group.id(), "NX_class", "NXcollection");
    h5::setInteger(group.id(), "step", stored.checkpoint.step);
    h5::setInteger(group.id(), "crc32c", checksumOf(stored.checkpoint));
    writeTensors(group.id(), "parameters", stored.checkpoint.parameters);
    writeTensors(group.id(), "optimizer", stored.checkpoint.optimizer);
    writeTensors(group.id(), "generators", stored.checkpoint.generators);
    h5::writeText(group.id(), "state", jsonText(stored.checkpoint.state));
    const h5::Handle kernels = h5::createGroup(group.id(), "kernels");
    for (const KernelSnapshot& kernel : stored.kernels) {
        const LayerInfo& info = header.layers[kernel.layer_index];
        h5::writeBlock(kernels.id(), layerGroup(info), H5T_IEEE_F32LE,
                       {static_cast<hsize_t>(info.channels), static_cast<hsize_t>(2 * info.length - 1)},
                       kernel.values.data());
    }
}

Checkpoint readCheckpointGroup(hid_t parent, const std::string& path)
{
    const h5::Handle group = h5::openGroup(parent, path);
    Checkpoint checkpoint;
    checkpoint.step = h5::integerAttribute(group.id(), "step", -1);
    checkpoint.parameters = readTensors(group.id(), "parameters");
    checkpoint.optimizer = readTensors(group.id(), "optimizer");
    checkpoint.generators = readTensors(group.id(), "generators");
    checkpoint.state = nlohmann::json::parse(h5::readText(group.id(), "state"), nullptr, false);
    if (checkpoint.state.is_discarded())
        throw h5::Failure(fmt::format("reading {}/state (it is no JSON)", path));
    return checkpoint;
}

Checkpoint readCheckedCheckpoint(hid_t parent, const std::string& path)
{
    Checkpoint checkpoint = readCheckpointGroup(parent, path);
    if (h5::integerAttribute(h5::openGroup(parent, path).id(), "crc32c", -1) != checksumOf(checkpoint))
        throw h5::Failure(fmt::format("the content of {} does not fit its checksum", path));
    return checkpoint;
}

std::vector<KernelSnapshot> readCheckpointKernels(hid_t parent, const std::string& path, const RunHeader& header)
{
    const h5::Handle group = h5::openGroup(parent, path);
    const std::int64_t step = h5::integerAttribute(group.id(), "step", -1);
    const h5::Handle kernels = h5::openGroup(group.id(), "kernels");
    std::vector<KernelSnapshot> found;
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer) {
        const std::string name = layerGroup(header.layers[layer]);
        if (!h5::exists(kernels.id(), name))
            continue;
        const std::vector<std::byte> bytes = h5::readBlock(h5::openDataset(kernels.id(), name), H5T_NATIVE_FLOAT);
        KernelSnapshot kernel{layer, step, std::vector<float>(bytes.size() / sizeof(float))};
        std::memcpy(kernel.values.data(), bytes.data(), bytes.size());
        found.push_back(std::move(kernel));
    }
    return found;
}

std::string tensorProblem(const std::string& name, const TensorBlob& tensor)
{
    const std::size_t element = h5::tensorElementBytes(tensor.dtype);
    if (element == 0)
        return fmt::format("the tensor {} has the unknown type '{}'", name, tensor.dtype);
    if (tensor.shape.size() > H5S_MAX_RANK)
        return fmt::format("the tensor {} has {} axes, at most {} can be stored", name, tensor.shape.size(),
                           H5S_MAX_RANK);
    std::size_t expected = element;
    for (const std::int64_t extent : tensor.shape) {
        if (extent < 0)
            return fmt::format("the tensor {} has an axis of {} entries", name, extent);
        expected *= static_cast<std::size_t>(extent);
    }
    if (expected != tensor.bytes.size())
        return fmt::format("the tensor {} has {} bytes, its shape and type make {}", name, tensor.bytes.size(),
                           expected);
    return {};
}

} // namespace toeplab::core
