// SPDX-License-Identifier: Apache-2.0
// Compiled by nvcc alone: the only file that knows cuFFT.
#include "kernels/device/gpu.cuh"
#include "kernels/fftconv/fft_library.h"
#include "kernels/fftconv/plan_cache.h"

#include <cufft.h>

#include <string>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr std::size_t kPlansKept = 16;

void check(cufftResult result, const char* what)
{
    if (result != CUFFT_SUCCESS)
        throw GpuError(std::string("cuFFT refused to ") + what + " (its error " +
                       std::to_string(static_cast<int>(result)) + ")");
}

struct PlanKey {
    std::int64_t size = 0;
    std::int64_t rows = 0;
    cufftType type = CUFFT_R2C;

    bool operator==(const PlanKey&) const = default;
};

class CufftPlan
{
public:
    CufftPlan(const PlanKey& key, cudaStream_t stream) : stream_(stream)
    {
        check(cufftCreate(&handle_), "make a plan");
        long long size = key.size;
        long long real = key.size + 2;
        long long complex = key.size / 2 + 1;
        const bool forward = key.type == CUFFT_R2C;
        check(cufftSetAutoAllocation(handle_, 0), "leave its memory to us");
        check(cufftMakePlanMany64(handle_, 1, &size, forward ? &real : &complex, 1, forward ? real : complex,
                                  forward ? &complex : &real, 1, forward ? complex : real, key.type, key.rows,
                                  &work_bytes_),
              "plan a transform");
        check(cufftSetStream(handle_, stream), "use the stream");
    }
    CufftPlan(const CufftPlan&) = delete;
    CufftPlan& operator=(const CufftPlan&) = delete;
    ~CufftPlan()
    {
        static_cast<void>(cudaStreamSynchronize(stream_)); // transforms on their way still use it
        static_cast<void>(cufftDestroy(handle_));
    }

    [[nodiscard]] cufftHandle handle() const { return handle_; }
    [[nodiscard]] std::size_t workBytes() const { return work_bytes_; }

private:
    cudaStream_t stream_;
    cufftHandle handle_ = 0;
    std::size_t work_bytes_ = 0;
};

class Cufft final : public FftLibrary
{
public:
    explicit Cufft(Context& context) : context_(context) {}
    ~Cufft() override { context_.release(work_); }

    void forward(std::int64_t size, std::int64_t rows, float* values) override
    {
        check(cufftExecR2C(plan({size, rows, CUFFT_R2C}), values, reinterpret_cast<cufftComplex*>(values)),
              "transform");
    }
    void backward(std::int64_t size, std::int64_t rows, float* values) override
    {
        check(cufftExecC2R(plan({size, rows, CUFFT_C2R}), reinterpret_cast<cufftComplex*>(values), values),
              "transform back");
    }

private:
    cufftHandle plan(const PlanKey& key)
    {
        auto* stream = static_cast<cudaStream_t>(context_.stream());
        const std::size_t gone = plans_.evictions();
        const CufftPlan& plan =
            plans_.get(key, [&](const PlanKey& wanted) { return std::make_unique<CufftPlan>(wanted, stream); });
        if (plans_.evictions() != gone)
            context_.noteMove(); // a plan takes its tables along
        if (plan.workBytes() > work_bytes_) {
            context_.synchronise();
            context_.noteMove();
            context_.release(work_);
            work_ = nullptr;
            work_bytes_ = 0;
            work_ = context_.allocate(plan.workBytes());
            work_bytes_ = plan.workBytes();
        }
        check(cufftSetWorkArea(plan.handle(), work_), "work in our memory");
        return plan.handle();
    }

    Context& context_;
    PlanCache<PlanKey, CufftPlan> plans_{kPlansKept};
    void* work_ = nullptr;
    std::size_t work_bytes_ = 0;
};

} // namespace

std::unique_ptr<FftLibrary> makeFftLibrary(Context& context)
{
    return std::make_unique<Cufft>(context);
}

} // namespace toeplab::kernels::gpu
