// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/sequence_functions.h"

#include "core/operators/functions/capsule.h"
#include "core/operators/functions/dispatch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>
#include <utility>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using kernels::gpu::LayerTable;
using kernels::gpu::PoolShape;

template <typename T>
void pool(const PoolShape& s, const std::int64_t* lengths, const T* x, T* y)
{
    kernels::pool<T>(s.pooling, s.batch, s.width, s.length, lengths, x, y);
}
template <typename T>
void poolBackward(const PoolShape& s, const std::int64_t* lengths, const T* g, T* dx)
{
    kernels::poolBackward<T>(s.pooling, s.batch, s.width, s.length, lengths, g, dx);
}

constexpr Kernel kEmbedTokens(&kernels::embedTokens<float>, &kernels::embedTokens<double>, &LayerTable::embedTokens);
constexpr Kernel kEmbedTokensBackward(&kernels::embedTokensBackward<float>, &kernels::embedTokensBackward<double>,
                                      &LayerTable::embedTokensBackward);
constexpr Kernel kEmbedPixels(&kernels::embedPixels<float>, &kernels::embedPixels<double>, &LayerTable::embedPixels);
constexpr Kernel kEmbedPixelsBackward(&kernels::embedPixelsBackward<float>, &kernels::embedPixelsBackward<double>,
                                      &LayerTable::embedPixelsBackward);
constexpr Kernel kDropoutAdd(&kernels::dropoutAdd<float>, &kernels::dropoutAdd<double>, &LayerTable::dropoutAdd);
constexpr Kernel kPool(&pool<float>, &pool<double>, &LayerTable::pool);
constexpr Kernel kPoolBackward(&poolBackward<float>, &poolBackward<double>, &LayerTable::poolBackward);

kernels::EmbeddingShape embeddingShape(const at::Tensor& y, std::int64_t vocabulary, const at::Tensor& positions)
{
    return {y.size(0), y.size(1), y.size(2), vocabulary, positions.defined() ? positions.size(1) : 0};
}

class EmbedTokens : public torch::autograd::Function<EmbedTokens>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& table, const at::Tensor& tokens,
                              const at::Tensor& positions, const kernels::Dropout& dropout)
    {
        at::Tensor y = at::empty({tokens.size(0), table.size(1), tokens.size(1)}, table.options());
        const at::Tensor ids = tokens.contiguous();
        kEmbedTokens(embeddingShape(y, table.size(0), positions), dropout, ids, table, positions, y);
        context->save_for_backward({ids});
        context->saved_data["dropout"] = encapsulate(dropout);
        context->saved_data["vocabulary"] = table.size(0);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor tokens = context->get_saved_variables()[0];
        const at::Tensor g = gradients[0].contiguous();
        const std::int64_t vocabulary = context->saved_data["vocabulary"].toInt();
        at::Tensor dtable = at::empty({vocabulary, g.size(1)}, g.options());
        kEmbedTokensBackward(embeddingShape(g, vocabulary, {}),
                             encapsulated<kernels::Dropout>(context->saved_data["dropout"]), tokens, g, dtable);
        return {dtable, at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

class EmbedPixels : public torch::autograd::Function<EmbedPixels>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& pixels, const at::Tensor& weight,
                              const at::Tensor& bias, const at::Tensor& positions, const kernels::Dropout& dropout)
    {
        at::Tensor y = at::empty({pixels.size(0), weight.size(0), pixels.size(1)}, weight.options());
        const at::Tensor in = pixels.contiguous();
        kEmbedPixels(embeddingShape(y, 0, positions), dropout, in, weight, bias, positions, y);
        context->save_for_backward({in, weight});
        context->saved_data["dropout"] = encapsulate(dropout);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& weight = saved[1];
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = context->needs_input_grad(0) ? at::empty_like(saved[0]) : at::Tensor();
        at::Tensor dweight = at::empty_like(weight);
        at::Tensor dbias = at::empty({weight.size(0)}, weight.options());
        kEmbedPixelsBackward(embeddingShape(g, 0, {}), encapsulated<kernels::Dropout>(context->saved_data["dropout"]),
                             saved[0], weight, g, dweight, dbias, dx);
        return {dx, dweight, dbias, at::Tensor(), at::Tensor()};
    }
};

class Pool : public torch::autograd::Function<Pool>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& lengths,
                              std::int64_t pooling)
    {
        at::Tensor y = at::empty({x.size(0), x.size(1)}, x.options());
        const at::Tensor in = x.contiguous();
        const at::Tensor valid = lengths ? lengths->contiguous() : at::Tensor();
        kPool(PoolShape{x.size(0), x.size(1), x.size(2), static_cast<kernels::Pooling>(pooling)}, valid, in, y);
        context->save_for_backward({valid});
        context->saved_data["pooling"] = pooling;
        context->saved_data["length"] = x.size(2);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor lengths = context->get_saved_variables()[0];
        const at::Tensor g = gradients[0].contiguous();
        const std::int64_t n = context->saved_data["length"].toInt();
        at::Tensor dx = at::empty({g.size(0), g.size(1), n}, g.options());
        const auto pooling = static_cast<kernels::Pooling>(context->saved_data["pooling"].toInt());
        kPoolBackward(PoolShape{g.size(0), g.size(1), n, pooling}, lengths, g, dx);
        return {dx, at::Tensor(), at::Tensor()};
    }
};

class DropoutAdd : public torch::autograd::Function<DropoutAdd>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& residual, const at::Tensor& x,
                              const kernels::Dropout& dropout)
    {
        at::Tensor y = at::empty_like(x);
        kDropoutAdd(dropout, x.size(0) * x.size(1), x.size(2), residual, x, y);
        context->saved_data["dropout"] = encapsulate(dropout);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        kDropoutAdd(encapsulated<kernels::Dropout>(context->saved_data["dropout"]), g.size(0) * g.size(1), g.size(2),
                    at::Tensor(), g, dx);
        return {g, dx, at::Tensor()};
    }
};

thread_local SeedPlaces* seed_places = nullptr;

} // namespace

SeedPlaces::SeedPlaces(at::Tensor places) : places_(std::move(places))
{
    TORCH_CHECK(seed_places == nullptr, "a step is recorded within another");
    seed_places = this;
}

SeedPlaces::~SeedPlaces()
{
    seed_places = nullptr;
}

std::uint64_t drawSeed()
{
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const std::scoped_lock lock(generator.mutex());
    return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

kernels::Dropout drawDropout(double probability)
{
    if (probability <= 0)
        return {};
    if (seed_places == nullptr)
        return {probability, drawSeed()};
    TORCH_CHECK(seed_places->used_ < seed_places->places_.numel(), "a step draws more than ",
                seed_places->places_.numel(), " masks");
    const auto* first = reinterpret_cast<const std::uint64_t*>(seed_places->places_.const_data_ptr<std::int64_t>());
    return {probability, 0, first + seed_places->used_++};
}

at::Tensor embedTokens(const at::Tensor& tokens, const at::Tensor& table, const at::Tensor& positions,
                       const kernels::Dropout& dropout)
{
    return EmbedTokens::apply(table, tokens, positions, dropout);
}

at::Tensor embedPixels(const at::Tensor& pixels, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& positions, const kernels::Dropout& dropout)
{
    return EmbedPixels::apply(pixels, weight, bias, positions, dropout);
}

at::Tensor pool(kernels::Pooling pooling, const at::Tensor& x, const at::Tensor& lengths)
{
    return Pool::apply(x, lengths.defined() ? std::optional(lengths) : std::nullopt,
                       static_cast<std::int64_t>(pooling));
}

at::Tensor dropoutAdd(const at::Tensor& residual, const at::Tensor& x, const kernels::Dropout& dropout)
{
    return DropoutAdd::apply(residual.contiguous(), x.contiguous(), dropout);
}

} // namespace toeplab::core
