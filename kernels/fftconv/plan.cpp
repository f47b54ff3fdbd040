// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/plan.h"

#include "kernels/fftconv/dfti.h"

#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace toeplab::kernels
{
namespace
{

constexpr std::size_t kPlansKept = 16;

void check(long status, const char* what)
{
    if (status != 0)
        throw std::runtime_error(std::string("The FFT library refused to ") + what + ": " + DftiErrorMessage(status));
}

} // namespace

template <typename T>
RealPlan<T>::RealPlan(std::int64_t length) : length_(length)
{
    if constexpr (std::is_same_v<T, float>)
        check(DftiCreateDescriptor_s_1d(&handle_, dfti::kReal, length), "make a plan");
    else
        check(DftiCreateDescriptor_d_1d(&handle_, dfti::kReal, length), "make a plan");
    check(DftiSetValue(handle_, dfti::kPlacement, dfti::kNotInPlace), "work out of place");
    check(DftiSetValue(handle_, dfti::kConjugateEvenStorage, dfti::kComplexComplex), "store complex values");
    check(DftiSetValue(handle_, dfti::kPackedFormat, dfti::kCceFormat), "store half a spectrum");
    // A variadic argument: float arrives as double in both precisions.
    check(DftiSetValue(handle_, dfti::kBackwardScale, 1.0 / static_cast<double>(length)), "scale the inverse");
    check(DftiSetValue(handle_, dfti::kThreadLimit, 1), "run on one thread");
    check(DftiCommitDescriptor(handle_), "commit a plan");
}

template <typename T>
RealPlan<T>::~RealPlan()
{
    DftiFreeDescriptor(&handle_);
}

template <typename T>
void RealPlan<T>::forward(const T* in, std::complex<T>* out) const
{
    check(DftiComputeForward(handle_, const_cast<T*>(in), out), "transform");
}

template <typename T>
void RealPlan<T>::backward(const std::complex<T>* in, T* out) const
{
    check(DftiComputeBackward(handle_, const_cast<std::complex<T>*>(in), out), "transform back");
}

template <typename T>
const RealPlan<T>& realPlan(std::int64_t length)
{
    static thread_local std::list<std::unique_ptr<RealPlan<T>>> plans; // most recently used first
    for (auto it = plans.begin(); it != plans.end(); ++it) {
        if ((*it)->length() == length) {
            plans.splice(plans.begin(), plans, it);
            return *plans.front();
        }
    }
    plans.push_front(std::make_unique<RealPlan<T>>(length));
    if (plans.size() > kPlansKept)
        plans.pop_back();
    return *plans.front();
}

std::int64_t fastLength(std::int64_t least)
{
    if (least <= 1)
        return 1;
    std::int64_t best = 2;
    while (best < least)
        best *= 2;
    // At most 15 in the odd part: powers of two are the fastest a sample, so a saving below that is none.
    for (const std::int64_t odd : {3, 5, 9, 15}) {
        std::int64_t length = 2 * odd;
        while (length < least)
            length *= 2;
        if (length < best)
            best = length;
    }
    return best;
}

template class RealPlan<float>;
template class RealPlan<double>;
template const RealPlan<float>& realPlan<float>(std::int64_t);
template const RealPlan<double>& realPlan<double>(std::int64_t);

} // namespace toeplab::kernels
