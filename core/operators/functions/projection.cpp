// SPDX-License-Identifier: Apache-2.0
#include "core/operators/functions/projection.h"

#include "core/operators/functions/dispatch.h"
#include "kernels/products/gemm.h"
#include "kernels/products/widen.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>

namespace toeplab::core
{
namespace
{

bool isRounded(const at::Tensor& factor)
{
    return factor.scalar_type() == at::kBFloat16;
}

/// Whether LibTorch makes the product and not kernels/products.
bool byLibTorch(const at::Tensor& factor)
{
    return isRounded(factor) || gpuOf(factor) != nullptr;
}

} // namespace

at::Tensor forEachSample(const at::Tensor& weight, std::int64_t batch)
{
    return weight.unsqueeze(0).expand({batch, weight.size(0), weight.size(1)});
}

at::Tensor projectForward(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& residual,
                          const at::Tensor& x)
{
    TORCH_CHECK(x.dim() == 3 && x.size(1) == weight.size(1), "a projection of ", weight.size(1),
                " channels was handed ", x.sizes());
    const kernels::ProjectionShape shape{x.size(0), weight.size(1), weight.size(0), x.size(2)};
    if (byLibTorch(x)) {
        const at::Tensor product = at::bmm(forEachSample(weight, shape.batch), x);
        return isRounded(x) || bias.defined() || residual.defined() ? addProduct(product, bias, residual) : product;
    }
    at::Tensor y = at::empty({shape.batch, shape.out, shape.length}, x.options());
    forType(x, [&](auto type) {
        using T = decltype(type);
        kernels::projectForward<T>(shape, constData<T>(weight), constData<T>(bias), constData<T>(residual),
                                   constData<T>(x), data<T>(y));
    });
    return y;
}

at::Tensor addProduct(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual)
{
    const Gpu* gpu = gpuOf(product);
    at::Tensor y =
        product.scalar_type() == at::kFloat ? product : at::empty(product.sizes(), product.options().dtype(at::kFloat));
    if (gpu != nullptr) {
        gpu->call(&kernels::gpu::LayerTable::addProduct, product.size(0), product.size(1), product.size(2),
                  numberOf(product), constData<void>(product), constData<float>(bias), constData<float>(residual),
                  data<float>(y));
    } else {
        TORCH_CHECK(isRounded(product), "products of ", product.scalar_type(), " are added up by a graphics card");
        kernels::addWidened(product.size(0), product.size(1), product.size(2),
                            reinterpret_cast<const std::uint16_t*>(product.const_data_ptr<at::BFloat16>()),
                            constData<float>(bias), constData<float>(residual), data<float>(y));
    }
    return y;
}

at::Tensor projectBackwardInput(const at::Tensor& weight, const at::Tensor& g)
{
    const kernels::ProjectionShape shape{g.size(0), weight.size(1), weight.size(0), g.size(2)};
    if (byLibTorch(g))
        return at::bmm(forEachSample(weight, shape.batch).transpose(1, 2), g);
    at::Tensor dx = at::empty({shape.batch, shape.in, shape.length}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::projectBackwardInput<T>(shape, constData<T>(weight), constData<T>(g), false, data<T>(dx));
    });
    return dx;
}

at::Tensor projectBackwardWeight(const at::Tensor& g, const at::Tensor& x)
{
    const kernels::ProjectionShape shape{g.size(0), x.size(1), g.size(1), g.size(2)};
    if (isRounded(g)) // each sample's sum is rounded, the sum over samples is not
        return at::bmm(g, x.transpose(1, 2)).sum(0, false, at::kFloat);
    if (gpuOf(g) != nullptr)
        return at::bmm(g, x.transpose(1, 2)).sum(0);
    at::Tensor dw = at::empty({shape.out, shape.in}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::projectBackwardWeight<T>(shape, constData<T>(g), constData<T>(x), data<T>(dw));
    });
    return dw;
}

at::Tensor sumRows(const at::Tensor& g)
{
    if (gpuOf(g) != nullptr)
        return g.sum(at::IntArrayRef({0, 2}));
    at::Tensor sum = at::empty({g.size(1)}, g.options());
    forType(g, [&](auto type) {
        using T = decltype(type);
        kernels::sumRows<T>(g.size(0), g.size(1), g.size(2), constData<T>(g), data<T>(sum));
    });
    return sum;
}

} // namespace toeplab::core
