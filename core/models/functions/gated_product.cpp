// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/gated_product.h"

#include "core/operators/functions/dispatch.h"
#include "core/operators/functions/projection.h"
#include "kernels/products/widen.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

namespace toeplab::core
{
namespace
{

const std::uint16_t* bits(const at::Tensor& tensor)
{
    return reinterpret_cast<const std::uint16_t*>(tensor.const_data_ptr<at::BFloat16>());
}

bool isRounded(const at::Tensor& factor)
{
    return factor.scalar_type() == at::kBFloat16;
}

} // namespace

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
    if (isRounded(x) && (x.is_cuda() || !wide))
        return at::bmm(forEachSample(weight, x.size(0)), x);
    return outputProjection(weight, {}, x, {});
}

void stabilise(const at::Tensor& z, const at::Tensor& bias, std::int64_t half)
{
    const std::int64_t channels = z.size(1) / 2;
    at::Tensor part = z.narrow(1, half * channels, channels);
    const at::Tensor shifted = bias.defined() ? part + bias.narrow(0, half * channels, channels).unsqueeze(1) : part;
    part.sub_(shifted.amax(1, true));
}

at::Tensor outputProjection(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& o,
                            const at::Tensor& residual)
{
    if (!isRounded(o))
        return projectForward(weight, bias, residual, o);
    const at::Tensor product = at::bmm(forEachSample(weight, o.size(0)), o);
    if (o.is_cuda())
        return addProduct(product, bias, residual);
    at::Tensor y = at::empty(product.sizes(), o.options().dtype(at::kFloat));
    kernels::addWidened(product.size(0), product.size(1), product.size(2), bits(product), constData<float>(bias),
                        constData<float>(residual), data<float>(y));
    return y;
}

at::Tensor backThrough(const at::Tensor& weight, const at::Tensor& g)
{
    if (!isRounded(g))
        return projectBackwardInput(weight, g);
    return at::bmm(forEachSample(weight, g.size(0)).transpose(1, 2), g);
}

at::Tensor weightGradient(const at::Tensor& g, const at::Tensor& o)
{
    if (isRounded(g)) // each sample's sum is rounded, the sum over samples is not
        return at::bmm(g, o.transpose(1, 2)).sum(0, false, at::kFloat);
    return projectBackwardWeight(g, o);
}

at::Tensor biasGradient(const at::Tensor& g)
{
    return sumRows(g);
}

} // namespace toeplab::core
