// SPDX-License-Identifier: Apache-2.0
#include "core/operators/convolution/convolution_map.h"

#include "core/base/text.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/direct/choice.h"
#include "kernels/direct/direct.h"
#include "kernels/fftconv/fftconv.h"
#include "kernels/products/plane_gpu.h"

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

using kernels::gpu::Table;

constexpr Kernel kToeplitzForward(&kernels::toeplitzForward<float>, &kernels::toeplitzForward<double>,
                                  &Table::toeplitzForward);
constexpr Kernel kToeplitzBackward(&kernels::toeplitzBackward<float>, &kernels::toeplitzBackward<double>,
                                   &Table::toeplitzBackward);

/// The product along one axis of planes on a graphics card, whose kernels take all 2 n - 1 lags. A sequence is a plane
/// of one row.
class PlaneProduct
{
public:
    PlaneProduct(const Convolution& convolution, const ToeplitzMap::Along& along, const at::Tensor& x)
        : convolution_(convolution), scale_(along.scale),
          columns_(along.inner > 1), shape_{x.size(0), x.size(1), columns_ ? convolution.n : along.outer,
                                            columns_ ? along.inner : convolution.n}
    {
        TORCH_CHECK(along.outer == 1 || along.inner == 1, "positions lie along the rows or the columns of planes");
    }

    void forward(const Gpu& gpu, const at::Tensor& kernel, const at::Tensor& x, const at::Tensor& y) const
    {
        const at::Tensor lags = allLags(kernel);
        gpu.call(&Table::planeForward, &shape_, numberOf(x, y), columns_ ? constData<float>(lags) : nullptr,
                 columns_ ? nullptr : constData<float>(lags), constData<void>(x), data<void>(y));
    }

    /// Returns the kernel's gradient.
    at::Tensor backward(const Gpu& gpu, const at::Tensor& kernel, const at::Tensor& x, const at::Tensor& g,
                        const at::Tensor& dx) const
    {
        const at::Tensor lags = allLags(kernel);
        at::Tensor dlags = at::empty_like(lags);
        gpu.call(&Table::planeBackward, &shape_, numberOf(x, g), columns_ ? constData<float>(lags) : nullptr,
                 columns_ ? nullptr : constData<float>(lags), constData<void>(x), constData<void>(g), data<void>(dx),
                 columns_ ? data<float>(dlags) : nullptr, columns_ ? nullptr : data<float>(dlags));
        const at::Tensor own = dlags.narrow(1, convolution_.n - 1 - convolution_.before, kernel.size(1));
        return scale_ == 1 ? own.contiguous() : own * scale_;
    }

private:
    at::Tensor allLags(const at::Tensor& kernel) const
    {
        const at::Tensor lags = fullKernel(convolution_, kernel).contiguous();
        return scale_ == 1 ? lags : lags * scale_;
    }

    Convolution convolution_;
    double scale_;
    bool columns_;
    kernels::gpu::PlaneShape shape_;
};

class TransformMap final : public ToeplitzMap
{
public:
    explicit TransformMap(const Convolution& convolution) : convolution_(convolution) {}

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& /*kept*/) const override
    {
        at::Tensor y = at::empty_like(x);
        const kernels::ToeplitzShape shape = shapeOf(x);
        kToeplitzForward(shape, operands[0], x, y);
        return y;
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList /*kept*/) const override
    {
        at::Tensor dx = at::empty_like(x);
        at::Tensor dkernel = at::empty_like(operands[0]);
        const kernels::ToeplitzShape shape = shapeOf(x);
        kToeplitzBackward(shape, operands[0], x, g, dx, dkernel);
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
        if (const Gpu* gpu = gpuOf(operands[0]); gpu != nullptr) {
            PlaneProduct(convolution_, along, x).forward(*gpu, operands[0], x, y);
            return y;
        }
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
        if (const Gpu* gpu = gpuOf(operands[0]); gpu != nullptr)
            return {dx, {PlaneProduct(convolution_, along, x).backward(*gpu, operands[0], x, g, dx)}};
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
        Gradients d = inner_->backward(scaled.to(g.scalar_type()), x, operands.slice(0, operands.size() - 1),
                                       kept.slice(0, kept.size() - 1));
        d.operands.push_back((scaled * kept.back()).sum(0).neg_());
        return d;
    }

    std::string algorithm() const override { return inner_->algorithm(); }
    std::size_t operandCount() const override { return inner_->operandCount() + 1; }

private:
    std::shared_ptr<const ToeplitzMap> inner_;
};

class SumMap final : public ToeplitzMap
{
public:
    SumMap(std::shared_ptr<const ToeplitzMap> a, std::shared_ptr<const ToeplitzMap> b, std::string algorithm)
        : a_(std::move(a)), b_(std::move(b)), algorithm_(std::move(algorithm))
    {
    }

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        std::vector<at::Tensor> none;
        const at::Tensor first = a_->forward(x, operands.slice(0, a_->operandCount()), none);
        TORCH_CHECK(none.empty(), "the first part of a sum keeps values");
        return b_->forward(x, operands.slice(a_->operandCount()), kept).add_(first);
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        Gradients sum = a_->backward(g, x, operands.slice(0, a_->operandCount()), {});
        Gradients second = b_->backward(g, x, operands.slice(a_->operandCount()), kept);
        sum.x.add_(second.x);
        sum.operands.insert(sum.operands.end(), second.operands.begin(), second.operands.end());
        return sum;
    }

    std::string algorithm() const override { return algorithm_; }
    std::size_t operandCount() const override { return a_->operandCount() + b_->operandCount(); }

private:
    std::shared_ptr<const ToeplitzMap> a_, b_;
    std::string algorithm_;
};

} // namespace

Convolution Convolution::of(std::int64_t n, std::int64_t before, std::int64_t after, const std::string& algorithm)
{
    const bool chosen = algorithm == "auto" && kernels::directIsFaster(n, before, after);
    return {n, before, after, chosen || algorithm == "direct", algorithm == "blocks" && before == 0};
}

std::string Convolution::algorithm() const
{
    if (direct)
        return fmt::format("direct {} x {}", plainNumber(static_cast<double>(n)), plainNumber(static_cast<double>(n)));
    if (blocks)
        return BlockTree::over(n).algorithm();
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
    if (convolution.blocks)
        return makeBlockMap(convolution);
    return std::make_shared<TransformMap>(convolution);
}

std::shared_ptr<const ToeplitzMap> makeNormalizedMap(std::shared_ptr<const ToeplitzMap> inner)
{
    return std::make_shared<NormalizedMap>(std::move(inner));
}

std::shared_ptr<const ToeplitzMap> makeSumMap(std::shared_ptr<const ToeplitzMap> a,
                                              std::shared_ptr<const ToeplitzMap> b, std::string algorithm)
{
    return std::make_shared<SumMap>(std::move(a), std::move(b), std::move(algorithm));
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
