// SPDX-License-Identifier: Apache-2.0
#include "core/operators/convolution/convolution_map.h"

#include "core/base/text.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>

#include <fmt/format.h>

#include <vector>

namespace toeplab::core
{
namespace
{

constexpr std::int64_t kLargestLeaf = 64; ///< about where a direct product and transforms take the same time

/// T x in blocks: leaves on the diagonal term by term, and on each level of a binary tree the lower left square of
/// every pair of neighbours by transforms of the first one's x alone. So no y is touched by an x behind it, not even in
/// its last bit. Gradients have no such promise and are those of one product by transforms.
class BlockMap final : public ToeplitzMap
{
public:
    explicit BlockMap(const Convolution& convolution)
        : convolution_(convolution), tree_(BlockTree::over(convolution.n)),
          whole_(makeConvolutionMap({convolution.n, convolution.before, convolution.after, false, false}))
    {
        diagonal_ = makeConvolutionMap({tree_.leaf, 0, tree_.leaf - 1, true, false});
        for (std::int64_t level = 0; level < tree_.levels; ++level) {
            const std::int64_t n = tree_.size(level);
            squares_.push_back(makeConvolutionMap({n, n - 1, n - 1, false, false}));
        }
    }

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& /*kept*/) const override
    {
        const std::int64_t n = convolution_.n;
        const std::int64_t padded = tree_.size(tree_.levels);
        const std::int64_t channels = x.size(1);
        const std::int64_t batch = x.size(0) + x.size(0) % 2;
        const at::Tensor in = at::constant_pad_nd(x, {0, padded - n, 0, 0, 0, batch - x.size(0)});
        const at::Tensor kernel = at::constant_pad_nd(operands[0], {0, padded - operands[0].size(1)});
        std::vector<at::Tensor> none;
        // Blocks (blocks, batch, channels, values) through a map. Samples stand together, an even number of them, for
        // two rows share a transform and round together: they must be of the same positions.
        const auto product = [&](const ToeplitzMap& map, const at::Tensor& blocks, const at::Tensor& lags) {
            const at::Tensor rows = blocks.reshape({-1, channels, blocks.size(-1)});
            return map.forward(rows.contiguous(), {lags.contiguous()}, none).view(blocks.sizes()).permute({1, 2, 0, 3});
        };
        const std::int64_t leaf = tree_.leaf;
        at::Tensor y =
            product(*diagonal_, in.view({batch, channels, -1, leaf}).permute({2, 0, 1, 3}), kernel.narrow(1, 0, leaf))
                .reshape({batch, channels, padded});
        for (std::int64_t level = 0; level < tree_.levels; ++level) {
            const std::int64_t half = tree_.size(level);
            const auto halves = [&](const at::Tensor& all, std::int64_t which) {
                return all.view({batch, channels, -1, 2, half}).select(3, which); // (batch, channels, pairs, half)
            };
            halves(y, 1).add_(product(*squares_[static_cast<std::size_t>(level)], halves(in, 0).permute({2, 0, 1, 3}),
                                      kernel.narrow(1, 1, 2 * half - 1)));
        }
        return y.narrow(0, 0, x.size(0)).narrow(2, 0, n).contiguous();
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        return whole_->backward(g, x, operands, kept);
    }

    std::string algorithm() const override { return tree_.algorithm(); }

private:
    Convolution convolution_;
    BlockTree tree_;
    std::shared_ptr<const ToeplitzMap> whole_;
    std::shared_ptr<const ToeplitzMap> diagonal_;
    std::vector<std::shared_ptr<const ToeplitzMap>> squares_;
};

} // namespace

BlockTree BlockTree::over(std::int64_t n)
{
    BlockTree tree{n, 0};
    while (tree.leaf > kLargestLeaf) {
        tree.leaf = (tree.leaf + 1) / 2;
        ++tree.levels;
    }
    return tree;
}

std::string BlockTree::algorithm() const
{
    const auto number = [](std::int64_t value) { return plainNumber(static_cast<double>(value)); };
    return fmt::format("blocks of {}, direct within {}", number(size(levels)), number(leaf));
}

std::shared_ptr<const ToeplitzMap> makeBlockMap(const Convolution& convolution)
{
    return std::make_shared<BlockMap>(convolution);
}

} // namespace toeplab::core
