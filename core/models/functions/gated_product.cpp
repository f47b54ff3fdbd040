// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/gated_product.h"

#include "core/operators/functions/dispatch.h"
#include "core/operators/functions/projection.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

namespace toeplab::core
{

at::Tensor rounded(const at::Tensor& factor, Products products)
{
    return factor.to(factorType(factor, products));
}

at::ScalarType factorType(const at::Tensor& factor, Products products)
{
    const at::ScalarType type = factor.scalar_type();
    return products == Products::Bf16 && type == at::kFloat ? at::kBFloat16 : type;
}

at::Tensor stackRows(const at::Tensor& a, const at::Tensor& b)
{
    if (!a.defined() && !b.defined())
        return {};
    return at::cat({a.defined() ? a : at::zeros_like(b), b.defined() ? b : at::zeros_like(a)});
}

at::Tensor product(const at::Tensor& weight, const at::Tensor& x, bool wide)
{
    if (x.scalar_type() == at::kBFloat16 && (gpuOf(x) != nullptr || !wide))
        return at::bmm(forEachSample(weight, x.size(0)), x);
    return projectForward(weight, {}, {}, x);
}

void stabilise(const at::Tensor& z, const at::Tensor& bias, std::int64_t half)
{
    const std::int64_t channels = z.size(1) / 2;
    at::Tensor part = z.narrow(1, half * channels, channels);
    const at::Tensor shifted = bias.defined() ? part + bias.narrow(0, half * channels, channels).unsqueeze(1) : part;
    part.sub_(shifted.amax(1, true));
}

} // namespace toeplab::core
