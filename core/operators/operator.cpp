// SPDX-License-Identifier: Apache-2.0
#include "core/operators/operator.h"

#include "core/operators/functions/capsule.h"
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
        at::Tensor y = map->forward(in, operands);
        variable_list kept{in, map->keepsOutput() ? y : at::Tensor()};
        kept.insert(kept.end(), operands.begin(), operands.end());
        context->save_for_backward(std::move(kept));
        context->saved_data["map"] = encapsulate(map);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const auto& map = *encapsulated<std::shared_ptr<const ToeplitzMap>>(context->saved_data["map"]);
        ToeplitzMap::Gradients d =
            map.backward(gradients[0].contiguous(), saved[0], saved[1], at::TensorList(saved).slice(2));
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
    static const std::vector<OperatorKind> kKinds{tnoKind()};
    return kKinds;
}

Result<std::unique_ptr<ToeplitzOperator>> makeOperator(const OperatorRequest& request, Initializer& initial)
{
    std::string names;
    for (const OperatorKind& kind : operatorKinds()) {
        if (kind.name == request.mixer.kind) {
            if (const std::string problem = kind.problem(request); !problem.empty())
                return fail("{}", problem);
            return kind.make(request, initial);
        }
        names += (names.empty() ? "" : ", ") + kind.name;
    }
    return fail("mixer.kind is {}, which this program does not have. It has: {}.", request.mixer.kind, names);
}

} // namespace toeplab::core
