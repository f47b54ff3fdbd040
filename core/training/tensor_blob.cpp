// SPDX-License-Identifier: Apache-2.0
#include "core/training/tensor_blob.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>

#include <fmt/ranges.h>

#include <cmath>
#include <cstring>

namespace toeplab::core
{

namespace
{

const char* dtypeName(at::ScalarType type)
{
    switch (type) {
    case at::kFloat:
        return "f32";
    case at::kDouble:
        return "f64";
    case at::kLong:
        return "i64";
    case at::kByte:
        return "u8";
    case at::kBool:
        return "bool";
    default:
        TORCH_CHECK(false, "a checkpoint cannot hold tensors of type ", type);
    }
}

std::string described(const std::string& dtype, at::IntArrayRef shape)
{
    return fmt::format("{} ({})", dtype, fmt::join(shape.begin(), shape.end(), ", "));
}

template <typename T>
bool allFinite(const TensorBlob& blob)
{
    for (std::size_t at = 0; at + sizeof(T) <= blob.bytes.size(); at += sizeof(T)) {
        T value;
        std::memcpy(&value, blob.bytes.data() + at, sizeof value);
        if (!std::isfinite(value))
            return false;
    }
    return true;
}

} // namespace

TensorBlob toBlob(const at::Tensor& tensor)
{
    const at::NoGradGuard no_grad;
    const at::Tensor plain = tensor.detach().cpu().contiguous();
    TensorBlob blob{dtypeName(plain.scalar_type()), plain.sizes().vec(), {}};
    blob.bytes.resize(plain.nbytes());
    if (!blob.bytes.empty())
        std::memcpy(blob.bytes.data(), plain.const_data_ptr(), blob.bytes.size());
    return blob;
}

Result<void> fits(const TensorBlob& blob, const at::Tensor& target, const std::string& name)
{
    const bool same = blob.dtype == dtypeName(target.scalar_type()) && target.sizes() == at::IntArrayRef(blob.shape) &&
                      blob.bytes.size() == target.nbytes();
    if (!same)
        return fail("The checkpoint's {} is {}, and the model has {}. The run was trained with other settings.", name,
                    described(blob.dtype, blob.shape), described(dtypeName(target.scalar_type()), target.sizes()));
    if (!(blob.dtype == "f32" ? allFinite<float>(blob) : blob.dtype != "f64" || allFinite<double>(blob)))
        return fail("The checkpoint's {} holds a value that is no finite number, so nothing can go on from it. Use "
                    "another checkpoint, or start the run again.",
                    name);
    return {};
}

void copyInto(const TensorBlob& blob, const at::Tensor& target)
{
    const at::NoGradGuard no_grad;
    if (blob.bytes.empty())
        return;
    // from_blob takes a pointer to what it could change; it is only read here.
    auto* bytes = const_cast<std::byte*>(blob.bytes.data()); // NOLINT(cppcoreguidelines-pro-type-const-cast)
    target.copy_(at::from_blob(bytes, target.sizes(), at::TensorOptions().dtype(target.scalar_type())));
}

} // namespace toeplab::core
