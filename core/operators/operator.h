// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/operators/base/initializer.h"
#include "core/operators/base/module.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// A token mixer y = T x: one Toeplitz matrix a channel, along the sequence, linear in x. It is made of two halves:
///   operands(n)   from the trained parameters to a few small tensors (the kernel at its lags; a band and a kernel at
///   the
///                 inducing lags; ...), by differentiable functions, once a step, whatever the batch;
///   map(n)        from operands and x to y and back, hand-written over kernels/, without a graph.
/// The mixer of a block calls the map inside its own backward pass, so that it keeps only what it needs; `apply` below
/// wraps operands and map into one differentiable call for everybody else. resources/docs/operators.md shows how to
/// add one.

/// Immutable; x, y (batch, channels, n), contiguous, float or double.
class ToeplitzMap
{
public:
    ToeplitzMap() = default;
    ToeplitzMap(const ToeplitzMap&) = delete;
    ToeplitzMap& operator=(const ToeplitzMap&) = delete;
    virtual ~ToeplitzMap() = default;

    /// What backward needs beside x and the operands goes to the end of `kept` (nothing, for most).
    [[nodiscard]] virtual at::Tensor forward(const at::Tensor& x, at::TensorList operands,
                                             std::vector<at::Tensor>& kept) const = 0;

    struct Gradients {
        at::Tensor x;
        std::vector<at::Tensor> operands;
    };
    /// g is the gradient of y.
    [[nodiscard]] virtual Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                                             at::TensorList kept) const = 0;

    /// Where the positions lie in images x, (batch, channels, outer, n, inner), contiguous, in any shape: rows have
    /// outer = height and inner = 1, columns outer = 1 and inner = width. The product is scale T x.
    struct Along {
        std::int64_t outer = 1, inner = 1;
        double scale = 1;
    };
    /// The same along an axis of images; y and the gradient are shaped like x. By default the axis is moved to the end
    /// and back.
    [[nodiscard]] virtual at::Tensor forwardAlong(const Along& along, const at::Tensor& x, at::TensorList operands,
                                                  std::vector<at::Tensor>& kept) const;
    [[nodiscard]] virtual Gradients backwardAlong(const Along& along, const at::Tensor& g, const at::Tensor& x,
                                                  at::TensorList operands, at::TensorList kept) const;

    /// Which of its algorithms this map uses: "FFT of 4,096", "direct 32 x 32", "band 33 + rank 64".
    [[nodiscard]] virtual std::string algorithm() const = 0;
    [[nodiscard]] virtual std::size_t operandCount() const { return 1; }
};

/// Estimates for one forward and backward pass of a batch.
struct OperatorCost {
    double operations = 0; ///< floating-point operations
    double bytes = 0;      ///< memory that lives from forward to backward and the operands, float32
};

class ToeplitzOperator : public Module
{
public:
    /// Differentiable functions of the parameters, for sequences of n >= 1 positions.
    [[nodiscard]] virtual std::vector<at::Tensor> operands(std::int64_t n) = 0;
    [[nodiscard]] virtual std::shared_ptr<const ToeplitzMap> map(std::int64_t n) = 0;
    /// The Toeplitz kernel that T has: (channels, 2n - 1), lags -(n-1)..n-1, no graph. Where T is not exactly Toeplitz
    /// (low-rank interpolation), that of the Toeplitz matrix nearest to it: the means along its diagonals.
    [[nodiscard]] virtual at::Tensor kernel(std::int64_t n) = 0;
    /// T x for one channel, x (n) in double precision, by the plainest sums, O(n^2): what products are compared with.
    [[nodiscard]] virtual at::Tensor plainProduct(const at::Tensor& x, std::int64_t channel);
    [[nodiscard]] virtual OperatorCost cost(std::int64_t batch, std::int64_t n) const = 0;
    /// One plain line for the window: "RPE 3 x 32, decay 0.999, lags below 1,024".
    [[nodiscard]] virtual std::string describe(std::int64_t n) const = 0;

    /// The Toeplitz operators that this one consists of, each along its axis: itself, for one that mixes a sequence.
    struct Axis {
        std::string name; ///< sequence | row | column
        ToeplitzOperator* toeplitz = nullptr;
        std::int64_t length = 0; ///< of the axis, for sequences of n positions
    };
    [[nodiscard]] virtual std::vector<Axis> axes(std::int64_t n) { return {{"sequence", this, n}}; }
    /// The name of its parts within a mixer: empty where they have names of their own there.
    [[nodiscard]] virtual std::string partName() const { return "toep"; }

    [[nodiscard]] std::int64_t channels() const { return channels_; }

protected:
    explicit ToeplitzOperator(std::int64_t channels) : channels_(channels) {}

private:
    std::int64_t channels_;
};

/// y = T x with a graph back to x and the parameters.
[[nodiscard]] at::Tensor apply(ToeplitzOperator& toeplitz, const at::Tensor& x);

/// What an operator is made from.
struct OperatorRequest {
    MixerSettings mixer;
    std::int64_t channels = 0;
    std::int64_t length = 0;            ///< the longest n (for two axes: height * width)
    std::int64_t height = 0, width = 0; ///< of images; 0: the most square shape that the published code takes
};

/// One kind of operator: a folder below core/operators and a line in the list of operatorKinds().
struct OperatorKind {
    std::string name;    ///< the value of mixer.kind
    std::string summary; ///< one line for the form
    /// What is wrong with the request, in a sentence; empty when it can be made. Its heads divide its channels.
    std::string (*problem)(const OperatorRequest&);
    std::unique_ptr<ToeplitzOperator> (*make)(const OperatorRequest&, Initializer&);
};

[[nodiscard]] const std::vector<OperatorKind>& operatorKinds();

/// Checks the request and makes its operator: of the kind that mixer.kind names, along as many axes as mixer.axes says.
[[nodiscard]] Result<std::unique_ptr<ToeplitzOperator>> makeOperator(const OperatorRequest& request,
                                                                     Initializer& initial);

} // namespace toeplab::core
