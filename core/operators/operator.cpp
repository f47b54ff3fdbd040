// SPDX-License-Identifier: Apache-2.0
#include "core/operators/operator.h"

#include "core/operators/axial/axial.h"
#include "core/operators/direct/direct.h"
#include "core/operators/fd/fd.h"
#include "core/operators/functions/capsule.h"
#include "core/operators/ski/ski.h"
#include "core/operators/tno/tno.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// (batch, channels, outer, n, inner) <-> (batch outer inner, channels, n)
class Lines
{
public:
    Lines(const at::Tensor& x, const ToeplitzMap::Along& along) : shape_(x.sizes().vec())
    {
        const std::int64_t positions = x.numel() / std::max<std::int64_t>(x.size(0) * x.size(1), 1);
        images_ = {x.size(0), x.size(1), along.outer, positions / (along.outer * along.inner), along.inner};
    }

    at::Tensor fromImages(const at::Tensor& x) const
    {
        return x.view(images_).permute({0, 2, 4, 1, 3}).reshape({-1, images_[1], images_[3]}).contiguous();
    }
    at::Tensor toImages(const at::Tensor& lines) const
    {
        return lines.view({images_[0], images_[2], images_[4], images_[1], images_[3]})
            .permute({0, 3, 1, 4, 2})
            .contiguous()
            .view(shape_);
    }

private:
    std::vector<std::int64_t> shape_, images_;
};

class Apply : public torch::autograd::Function<Apply>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, at::TensorList operands,
                              const std::shared_ptr<const ToeplitzMap>& map)
    {
        const at::Tensor in = x.contiguous();
        variable_list saved{in};
        saved.insert(saved.end(), operands.begin(), operands.end());
        at::Tensor y = map->forward(in, operands, saved);
        context->save_for_backward(std::move(saved));
        context->saved_data["operands"] = static_cast<std::int64_t>(operands.size());
        context->saved_data["map"] = encapsulate(map);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const auto& map = *encapsulated<std::shared_ptr<const ToeplitzMap>>(context->saved_data["map"]);
        const auto count = static_cast<std::size_t>(context->saved_data["operands"].toInt());
        const at::TensorList all(saved);
        ToeplitzMap::Gradients d =
            map.backward(gradients[0].contiguous(), saved[0], all.slice(1, count), all.slice(1 + count));
        variable_list out{std::move(d.x)};
        out.insert(out.end(), d.operands.begin(), d.operands.end());
        out.emplace_back();
        return out;
    }
};

} // namespace

at::Tensor ToeplitzMap::forwardAlong(const Along& along, const at::Tensor& x, at::TensorList operands,
                                     std::vector<at::Tensor>& kept) const
{
    const Lines lines(x, along);
    at::Tensor y = lines.toImages(forward(lines.fromImages(x), operands, kept));
    return along.scale == 1 ? y : y.mul_(along.scale);
}

ToeplitzMap::Gradients ToeplitzMap::backwardAlong(const Along& along, const at::Tensor& g, const at::Tensor& x,
                                                  at::TensorList operands, at::TensorList kept) const
{
    const Lines lines(x, along);
    at::Tensor cotangent = lines.fromImages(g);
    if (along.scale != 1)
        cotangent = cotangent * along.scale;
    Gradients d = backward(cotangent, lines.fromImages(x), operands, kept);
    d.x = lines.toImages(d.x);
    return d;
}

at::Tensor ToeplitzOperator::plainProduct(const at::Tensor& x, std::int64_t channel)
{
    const std::int64_t n = x.size(0);
    const at::Tensor lags = kernel(n)[channel].to(at::kDouble).contiguous();
    const at::Tensor in = x.to(at::kDouble).contiguous();
    at::Tensor y = at::zeros({n}, at::kDouble);
    const double* k = lags.const_data_ptr<double>() + (n - 1);
    const double* from = in.const_data_ptr<double>();
    auto* out = y.data_ptr<double>();
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            out[i] += k[i - j] * from[j];
    return y;
}

at::Tensor apply(ToeplitzOperator& toeplitz, const at::Tensor& x)
{
    TORCH_CHECK(x.dim() == 3 && x.size(1) == toeplitz.channels() && x.size(2) > 0, "an operator of ",
                toeplitz.channels(), " channels was handed ", x.sizes());
    const std::vector<at::Tensor> operands = toeplitz.operands(x.size(2));
    return Apply::apply(x, at::TensorList(operands), toeplitz.map(x.size(2)));
}

const std::vector<OperatorKind>& operatorKinds()
{
    static const std::vector<OperatorKind> kKinds{tnoKind(), skiKind(), fdKind(), directKind()};
    return kKinds;
}

Result<std::unique_ptr<ToeplitzOperator>> makeOperator(const OperatorRequest& request, Initializer& initial)
{
    std::string names;
    for (const OperatorKind& kind : operatorKinds()) {
        names += (names.empty() ? "" : ", ") + kind.name;
        if (kind.name != request.mixer.kind)
            continue;
        if (const std::int64_t heads = request.mixer.heads; heads < 1 || request.channels % heads != 0)
            return fail("mixer.heads is {}, which does not divide the {} channels of the mixer. Use a divisor.", heads,
                        request.channels);
        if (request.mixer.axes == 2)
            return makeAxialOperator(kind, request, initial);
        if (const std::string problem = kind.problem(request); !problem.empty())
            return fail("{}", problem);
        return kind.make(request, initial);
    }
    return fail("mixer.kind is {}, which this program does not have. It has: {}.", request.mixer.kind, names);
}

} // namespace toeplab::core
