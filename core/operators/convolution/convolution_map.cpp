// SPDX-License-Identifier: Apache-2.0
#include "core/operators/convolution/convolution_map.h"

#include "core/base/text.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/direct/choice.h"
#include "kernels/direct/direct.h"
#include "kernels/fftconv/fftconv.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/empty_like.h>

#include <fmt/format.h>

#include <cmath>

namespace toeplab::core
{
namespace
{

class TransformMap final : public ToeplitzMap
{
public:
    explicit TransformMap(const Convolution& convolution) : convolution_(convolution) {}

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

    std::string algorithm() const override { return convolution_.algorithm(); }

private:
    kernels::ToeplitzShape shapeOf(const at::Tensor& x) const
    {
        return {x.size(0), x.size(1), convolution_.n, convolution_.before, convolution_.after};
    }

    Convolution convolution_;
};

class DirectMap final : public ToeplitzMap
{
public:
    explicit DirectMap(const Convolution& convolution) : convolution_(convolution) {}

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        return forwardAlong({}, x, operands, kept);
    }
    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        return backwardAlong({}, g, x, operands, kept);
    }

    at::Tensor forwardAlong(const Along& along, const at::Tensor& x, at::TensorList operands,
                            std::vector<at::Tensor>& /*kept*/) const override
    {
        at::Tensor y = at::empty_like(x);
        const kernels::DirectShape shape = shapeOf(x, along);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::directForward<T>(shape, constData<T>(operands[0]), constData<T>(x), data<T>(y));
        });
        return y;
    }

    Gradients backwardAlong(const Along& along, const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                            at::TensorList /*kept*/) const override
    {
        at::Tensor dx = at::empty_like(x);
        at::Tensor dkernel = at::empty_like(operands[0]);
        const kernels::DirectShape shape = shapeOf(x, along);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::directBackward<T>(shape, constData<T>(operands[0]), constData<T>(x), constData<T>(g), data<T>(dx),
                                       data<T>(dkernel));
        });
        return {dx, {dkernel}};
    }

    std::string algorithm() const override { return convolution_.algorithm(); }

private:
    kernels::DirectShape shapeOf(const at::Tensor& x, const Along& along) const
    {
        return {x.size(0),   x.size(1),           along.outer,        convolution_.n,
                along.inner, convolution_.before, convolution_.after, along.scale};
    }

    Convolution convolution_;
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

    std::string algorithm() const override { return inner_->algorithm(); }
    std::size_t operandCount() const override { return inner_->operandCount() + 1; }

private:
    std::shared_ptr<const ToeplitzMap> inner_;
};

} // namespace

Convolution Convolution::of(std::int64_t n, std::int64_t before, std::int64_t after, const std::string& algorithm)
{
    const bool chosen = algorithm == "auto" && kernels::directIsFaster(n, before, after);
    return {n, before, after, chosen || algorithm == "direct"};
}

std::string Convolution::algorithm() const
{
    if (direct)
        return fmt::format("direct {} x {}", plainNumber(static_cast<double>(n)), plainNumber(static_cast<double>(n)));
    return fmt::format("FFT of {}",
                       plainNumber(static_cast<double>(kernels::transformLength({1, 1, n, before, after}))));
}

double Convolution::operations(std::int64_t batch, std::int64_t channels) const
{
    const auto lines = static_cast<double>(batch * channels);
    if (direct)
        return 6 * lines * static_cast<double>(kernels::DirectShape{1, 1, 1, n, 1, before, after}.entries());
    // A real transform of N values is 2.5 N log2 N; five of them a line and three a channel.
    const auto size = static_cast<double>(kernels::transformLength({1, 1, n, before, after}));
    return (5 * lines + 3 * static_cast<double>(channels)) * 2.5 * size * std::log2(size + 1) + 10 * lines * size;
}

std::shared_ptr<const ToeplitzMap> makeConvolutionMap(const Convolution& convolution)
{
    if (convolution.direct)
        return std::make_shared<DirectMap>(convolution);
    return std::make_shared<TransformMap>(convolution);
}

std::shared_ptr<const ToeplitzMap> makeNormalizedMap(std::shared_ptr<const ToeplitzMap> inner)
{
    return std::make_shared<NormalizedMap>(std::move(inner));
}

at::Tensor fullKernel(const Convolution& convolution, const at::Tensor& kernel)
{
    const std::int64_t last = convolution.n - 1;
    return at::constant_pad_nd(kernel, {last - convolution.before, last - convolution.after});
}

at::Tensor rowSums(const Convolution& convolution, const at::Tensor& kernel)
{
    // With C the running sum over lags -(n-1)..n-1 (one zero in front): d_i = C(i) - C(i - n).
    const std::int64_t n = convolution.n;
    const at::Tensor running = at::cumsum(at::constant_pad_nd(fullKernel(convolution, kernel), {1, 0}), 1);
    return running.narrow(1, n, n) - running.narrow(1, 0, n);
}

} // namespace toeplab::core
