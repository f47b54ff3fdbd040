// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/gated_product.h"

#include "core/operators/functions/dispatch.h"
#include "kernels/products/gemm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

namespace toeplab::core
{
namespace
{

kernels::ProjectionShape shapeOf(const at::Tensor& weight, const at::Tensor& x)
{
    TORCH_CHECK(x.dim() == 3 && x.size(1) == weight.size(1), "a projection of ", weight.size(1),
                " channels was handed ", x.sizes());
    return {x.size(0), weight.size(1), weight.size(0), x.size(2)};
}

} // namespace

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

ProductGradients productBackward(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& dz, bool needs_x)
{
    return {needs_x ? backThrough(weight, dz) : at::Tensor(), weightGradient(dz, x)};
}

at::Tensor outputProjection(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& o,
                            const at::Tensor& residual)
{
    const kernels::ProjectionShape shape = shapeOf(weight, o);
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
