// SPDX-License-Identifier: Apache-2.0
#include "core/operators/operator.h"

#include "core/operators/axial/axial.h"
#include "core/operators/fd/fd.h"
#include "core/operators/functions/capsule.h"
#include "core/operators/ski/ski.h"
#include "core/operators/tno/tno.h"

#include <torch/csrc/autograd/custom_function.h>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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

at::Tensor apply(ToeplitzOperator& toeplitz, const at::Tensor& x)
{
    TORCH_CHECK(x.dim() == 3 && x.size(1) == toeplitz.channels() && x.size(2) > 0, "an operator of ",
                toeplitz.channels(), " channels was handed ", x.sizes());
    const std::vector<at::Tensor> operands = toeplitz.operands(x.size(2));
    return Apply::apply(x, at::TensorList(operands), toeplitz.map(x.size(2)));
}

const std::vector<OperatorKind>& operatorKinds()
{
    static const std::vector<OperatorKind> kKinds{tnoKind(), skiKind(), fdKind()};
    return kKinds;
}

Result<std::unique_ptr<ToeplitzOperator>> makeOperator(const OperatorRequest& request, Initializer& initial)
{
    std::string names;
    for (const OperatorKind& kind : operatorKinds()) {
        names += (names.empty() ? "" : ", ") + kind.name;
        if (kind.name != request.mixer.kind)
            continue;
        if (request.mixer.axes == 2)
            return makeAxialOperator(kind, request, initial);
        if (const std::string problem = kind.problem(request); !problem.empty())
            return fail("{}", problem);
        return kind.make(request, initial);
    }
    return fail("mixer.kind is {}, which this program does not have. It has: {}.", request.mixer.kind, names);
}

} // namespace toeplab::core
