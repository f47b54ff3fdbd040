// SPDX-License-Identifier: Apache-2.0
#include "core/operators/direct/direct.h"

#include "core/operators/tno/tno.h"

namespace toeplab::core
{
namespace
{

OperatorRequest termByTerm(const OperatorRequest& request)
{
    OperatorRequest direct = request;
    direct.mixer.algorithm = "direct";
    return direct;
}

std::string problem(const OperatorRequest& request)
{
    return tnoKind().problem(termByTerm(request));
}

std::unique_ptr<ToeplitzOperator> make(const OperatorRequest& request, Initializer& initial)
{
    return tnoKind().make(termByTerm(request), initial);
}

} // namespace

OperatorKind directKind()
{
    return {"direct", "Dense product: the kernel of tno, multiplied term by term", &problem, &make};
}

} // namespace toeplab::core
