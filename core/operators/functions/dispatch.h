// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

namespace toeplab::core
{

/// Data of a contiguous tensor, null where it is undefined.
template <typename T>
[[nodiscard]] T* data(const at::Tensor& tensor)
{
    if (!tensor.defined())
        return nullptr;
    TORCH_CHECK(tensor.is_contiguous(), "a kernel was handed a tensor of strides ", tensor.strides());
    return tensor.data_ptr<T>();
}

template <typename T>
[[nodiscard]] const T* constData(const at::Tensor& tensor)
{
    return data<T>(tensor);
}

/// body(float) or body(double), by the tensor's type.
template <typename Body>
void forType(const at::Tensor& tensor, Body&& body)
{
    if (tensor.scalar_type() == at::kFloat)
        body(float{});
    else if (tensor.scalar_type() == at::kDouble)
        body(double{});
    else
        TORCH_CHECK(false, "kernels take float and double, not ", tensor.scalar_type());
}

} // namespace toeplab::core
