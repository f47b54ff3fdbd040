// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/rpe/rpe_gpu.h"
#include "tests/kernels/gpu/backend.h"

/// Position networks to test, and what they are by definition.
namespace toeplab::kernels::gpu::testing
{

using Values = std::vector<double>;

/// The parameters of a network, in the order of RpeLayout, and which of them it has.
struct Network {
    RpeShape shape;
    bool biased = true;
    std::vector<float> parameters;

    Network(const RpeShape& of, bool has_biases, std::uint32_t seed) : shape(of), biased(has_biases)
    {
        const RpeLayout layout(shape);
        parameters = randomStored(layout.size(), seed);
        const double root = std::sqrt(static_cast<double>(shape.width));
        for (std::int64_t i = 0; i < layout.matrices(); ++i)
            parameters[static_cast<std::size_t>(i)] /= static_cast<float>(root);
    }

    [[nodiscard]] RpeLayout layout() const { return RpeLayout(shape); }
    [[nodiscard]] bool hasWeight(int s) const { return stage(s).normed && stage(s).norm != ChannelNorm::SimpleRms; }
    [[nodiscard]] bool hasNormBias(int s) const { return stage(s).normed && stage(s).norm == ChannelNorm::Layer; }
    [[nodiscard]] bool hasGate(int s) const { return stage(s).normed && stage(s).norm == ChannelNorm::GatedRms; }
    [[nodiscard]] const RpeStage& stage(int s) const { return shape.stages[s]; }

    /// Device pointers; `flat` holds them at the places of the layout.
    [[nodiscard]] RpeParameters pointers(const float* flat) const
    {
        const RpeLayout at = layout();
        RpeParameters p;
        p.weight = flat + at.weight();
        p.bias = biased ? flat + at.bias() : nullptr;
        for (int s = 0; s < shape.count; ++s) {
            p.stages[s].norm = {hasWeight(s) ? flat + at.normWeight(s) : nullptr,
                                hasNormBias(s) ? flat + at.normBias(s) : nullptr,
                                hasGate(s) ? flat + at.normGate(s) : nullptr};
            p.stages[s].weight = flat + at.matrix(s);
            p.stages[s].bias = biased ? flat + at.stageBias(s) : nullptr;
        }
        return p;
    }
};

/// One position at a time, in double, from the definitions; norms by their whole Jacobian.
class Reference
{
public:
    explicit Reference(const Network& network)
        : gradients(network.parameters.size()), network_(network), at_(network.shape),
          p_(network.parameters.begin(), network.parameters.end())
    {
    }

    /// The network's answer; what backward() needs of the layers is kept.
    [[nodiscard]] Values forward(double t);

    /// Adds to the gradients what this position gives, after forward(t).
    void backward(double t, Values g);

    Values gradients; ///< in the order of RpeLayout

private:
    struct Statistics {
        double mean = 0, inverse = 0, slope = 0; ///< slope: of the inverse by the mean square
    };

    [[nodiscard]] std::size_t d() const { return static_cast<std::size_t>(network_.shape.width); }
    [[nodiscard]] double p(std::int64_t place, std::size_t i) const { return p_[static_cast<std::size_t>(place) + i]; }
    double& sum(std::int64_t place, std::size_t i) { return gradients[static_cast<std::size_t>(place) + i]; }
    [[nodiscard]] double weight(int s, std::size_t c) const
    {
        const bool one = network_.stage(s).norm == ChannelNorm::Scale;
        return network_.hasWeight(s) ? p(at_.normWeight(s), one ? 0 : c) : 1;
    }

    [[nodiscard]] Statistics statistics(int s, const Values& x) const;

    [[nodiscard]] Values normed(int s, const Values& x) const;

    Values normedBackward(int s, const Values& x, const Values& g);

    const Network& network_;
    RpeLayout at_;
    Values p_;
    std::vector<Values> x_, z_, a_;
};

} // namespace toeplab::kernels::gpu::testing
