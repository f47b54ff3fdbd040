// SPDX-License-Identifier: Apache-2.0
#include "core/operators/tno/convolution_map.h"

#include "core/operators/functions/dispatch.h"
#include "kernels/fftconv/fftconv.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/empty_like.h>

#include <fmt/format.h>

namespace toeplab::core
{
namespace
{

class ConvolutionMap final : public ToeplitzMap
{
public:
    ConvolutionMap(std::int64_t n, std::int64_t before, std::int64_t after) : n_(n), before_(before), after_(after) {}

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& /*kept*/) const override
    {
        at::Tensor y = at::empty_like(x);
        const kernels::ToeplitzShape shape = shapeOf(x);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::toeplitzForward<T>(shape, constData<T>(operands[0]), constData<T>(x), data<T>(y));
        });
        return y;
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList /*kept*/) const override
    {
        at::Tensor dx = at::empty_like(x);
        at::Tensor dkernel = at::empty_like(operands[0]);
        const kernels::ToeplitzShape shape = shapeOf(x);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::toeplitzBackward<T>(shape, constData<T>(operands[0]), constData<T>(x), constData<T>(g),
                                         data<T>(dx), data<T>(dkernel));
        });
        return {dx, {dkernel}};
    }

    std::string algorithm() const override
    {
        return fmt::format("FFT of {}", kernels::transformLength({1, 1, n_, before_, after_}));
    }

private:
    kernels::ToeplitzShape shapeOf(const at::Tensor& x) const { return {x.size(0), x.size(1), n_, before_, after_}; }

    std::int64_t n_, before_, after_;
};

class NormalizedMap final : public ToeplitzMap
{
public:
    explicit NormalizedMap(std::shared_ptr<const ToeplitzMap> inner) : inner_(std::move(inner)) {}

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        const at::Tensor y = inner_->forward(x, operands.slice(0, operands.size() - 1), kept).div_(operands.back());
        kept.push_back(y);
        return y;
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        const at::Tensor scaled = g / operands.back();
        Gradients d =
            inner_->backward(scaled, x, operands.slice(0, operands.size() - 1), kept.slice(0, kept.size() - 1));
        d.operands.push_back((scaled * kept.back()).sum(0).neg_());
        return d;
    }

    std::string algorithm() const override { return inner_->algorithm() + ", normalized"; }

private:
    std::shared_ptr<const ToeplitzMap> inner_;
};

} // namespace

std::shared_ptr<const ToeplitzMap> makeConvolutionMap(std::int64_t n, std::int64_t before, std::int64_t after)
{
    return std::make_shared<ConvolutionMap>(n, before, after);
}

std::shared_ptr<const ToeplitzMap> makeNormalizedMap(std::shared_ptr<const ToeplitzMap> inner)
{
    return std::make_shared<NormalizedMap>(std::move(inner));
}

at::Tensor fullKernel(const at::Tensor& kernel, std::int64_t n, std::int64_t before, std::int64_t after)
{
    return at::constant_pad_nd(kernel, {n - 1 - before, n - 1 - after});
}

at::Tensor rowSums(const at::Tensor& kernel, std::int64_t n, std::int64_t before, std::int64_t after)
{
    // With C the running sum over lags -(n-1)..n-1 (one zero in front): d_i = C(i) - C(i - n).
    const at::Tensor running = at::cumsum(at::constant_pad_nd(fullKernel(kernel, n, before, after), {1, 0}), 1);
    return running.narrow(1, n, n) - running.narrow(1, 0, n);
}

} // namespace toeplab::core
