// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/gated_product.h"

#include "core/operators/functions/dispatch.h"
#include "kernels/products/gemm.h"
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

kernels::ProjectionShape shapeOf(const at::Tensor& weight, const at::Tensor& x)
{
    TORCH_CHECK(x.dim() == 3 && x.size(1) == weight.size(1), "a projection of ", weight.size(1),
                " channels was handed ", x.sizes());
    return {x.size(0), weight.size(1), weight.size(0), x.size(2)};
}

bool isRounded(const at::Tensor& factor)
{
    return factor.scalar_type() == at::kBFloat16;
}

/// W for each sample of a batch.
at::Tensor forEach(const at::Tensor& weight, std::int64_t batch)
{
    return weight.unsqueeze(0).expand({batch, weight.size(0), weight.size(1)});
}

} // namespace

at::Tensor rounded(const at::Tensor& factor, Products products)
{
    return products == Products::Bf16 && factor.scalar_type() == at::kFloat ? factor.to(at::kBFloat16) : factor;
}

at::Tensor stackRows(const at::Tensor& a, const at::Tensor& b)
{
    if (!a.defined() && !b.defined())
        return {};
    return at::cat({a.defined() ? a : at::zeros_like(b), b.defined() ? b : at::zeros_like(a)});
}

at::Tensor product(const at::Tensor& weight, const at::Tensor& x)
{
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
    const kernels::ProjectionShape shape = shapeOf(weight, o);
    if (isRounded(o)) {
        const at::Tensor product = at::bmm(forEach(weight, shape.batch), o);
        at::Tensor y = at::empty({shape.batch, shape.out, shape.length}, o.options().dtype(at::kFloat));
        kernels::addWidened(shape.batch, shape.out, shape.length, bits(product), constData<float>(bias),
                            constData<float>(residual), data<float>(y));
        return y;
    }
    at::Tensor y = at::empty({shape.batch, shape.out, shape.length}, o.options());
    forType(o, [&](auto type) {
        using T = decltype(type);
        kernels::projectForward<T>(shape, constData<T>(weight), constData<T>(bias), constData<T>(residual),
                                   constData<T>(o), data<T>(y));
    });
    return y;
}

at::Tensor backThrough(const at::Tensor& weight, const at::Tensor& g)
{
    if (isRounded(g))
        return at::bmm(forEach(weight, g.size(0)).transpose(1, 2), g).to(at::kFloat);
    const kernels::ProjectionShape shape{g.size(0), weight.size(1), weight.size(0), g.size(2)};
    at::Tensor dx = at::empty({shape.batch, shape.in, shape.length}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::projectBackwardInput<T>(shape, constData<T>(weight), constData<T>(g), false, data<T>(dx));
    });
    return dx;
}

at::Tensor weightGradient(const at::Tensor& g, const at::Tensor& o)
{
    if (isRounded(g)) // each sample's sum is rounded, the sum over samples is not
        return at::bmm(g, o.transpose(1, 2)).sum(0, false, at::kFloat);
    const kernels::ProjectionShape shape{g.size(0), o.size(1), g.size(1), g.size(2)};
    at::Tensor dw = at::empty({shape.out, shape.in}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::projectBackwardWeight<T>(shape, constData<T>(g), constData<T>(o), data<T>(dw));
    });
    return dw;
}

at::Tensor biasGradient(const at::Tensor& g)
{
    at::Tensor sum = at::empty({g.size(1)}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::sumRows<T>(g.size(0), g.size(1), g.size(2), constData<T>(g), data<T>(sum));
    });
    return sum;
}

} // namespace toeplab::core
