// SPDX-License-Identifier: Apache-2.0
#include "core/operators/axial/axial.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <cmath>

namespace toeplab::core
{
namespace
{

struct Image {
    std::int64_t height = 0, width = 0;
};

class AxialMap final : public ToeplitzMap
{
public:
    AxialMap(const Image& image, bool product, std::shared_ptr<const ToeplitzMap> rows,
             std::shared_ptr<const ToeplitzMap> columns)
        : along_rows_{image.height, 1, 1}, along_columns_{1, image.width, product ? 2.0 : 1.0}, product_(product),
          rows_(std::move(rows)), columns_(std::move(columns))
    {
    }

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        // Kept: where the row map's values end, the column map's input (product only), then both maps' own values.
        std::vector<at::Tensor> own;
        const at::Tensor along = rows_->forwardAlong(along_rows_, x, rowOperands(operands), own);
        const std::size_t row_kept = own.size();
        at::Tensor y = columns_->forwardAlong(along_columns_, product_ ? along : x, columnOperands(operands), own);
        kept.push_back(at::scalar_tensor(static_cast<std::int64_t>(row_kept), at::kLong));
        kept.push_back(product_ ? along : at::Tensor());
        kept.insert(kept.end(), own.begin(), own.end());
        return product_ ? y : y.add_(along);
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        const auto row_kept = static_cast<std::size_t>(kept[0].item<std::int64_t>());
        Gradients columns = columns_->backwardAlong(along_columns_, g, product_ ? kept[1] : x, columnOperands(operands),
                                                    kept.slice(2 + row_kept));
        Gradients rows = rows_->backwardAlong(along_rows_, product_ ? columns.x : g, x, rowOperands(operands),
                                              kept.slice(2, row_kept));
        if (!product_)
            rows.x.add_(columns.x);
        rows.operands.insert(rows.operands.end(), columns.operands.begin(), columns.operands.end());
        return rows;
    }

    std::size_t operandCount() const override { return rows_->operandCount() + columns_->operandCount(); }
    std::string algorithm() const override
    {
        return fmt::format("rows {}, columns {}", rows_->algorithm(), columns_->algorithm());
    }

private:
    at::TensorList rowOperands(at::TensorList operands) const { return operands.slice(0, rows_->operandCount()); }
    at::TensorList columnOperands(at::TensorList operands) const { return operands.slice(rows_->operandCount()); }

    Along along_rows_, along_columns_;
    bool product_;
    std::shared_ptr<const ToeplitzMap> rows_, columns_;
};

class Axial final : public ToeplitzOperator
{
public:
    Axial(const OperatorRequest& request, std::unique_ptr<ToeplitzOperator> rows,
          std::unique_ptr<ToeplitzOperator> columns)
        : ToeplitzOperator(request.channels), request_(request), rows_(std::move(rows)), columns_(std::move(columns))
    {
        addPart("toep1", *rows_);
        addPart("toep2", *columns_);
    }

    std::vector<at::Tensor> operands(std::int64_t n) override
    {
        const Image image = imageOf(n);
        std::vector<at::Tensor> out = rows_->operands(image.width);
        for (at::Tensor& operand : columns_->operands(image.height))
            out.push_back(std::move(operand));
        return out;
    }

    std::shared_ptr<const ToeplitzMap> map(std::int64_t n) override
    {
        const Image image = imageOf(n);
        return std::make_shared<AxialMap>(image, request_.mixer.two_axis_type == 4, rows_->map(image.width),
                                          columns_->map(image.height));
    }

    at::Tensor kernel(std::int64_t n) override { return rows_->kernel(imageOf(n).width); }

    at::Tensor plainProduct(const at::Tensor& x, std::int64_t channel) override
    {
        const Image image = imageOf(x.size(0));
        const at::Tensor pixels = x.view({image.height, image.width});
        const bool product = request_.mixer.two_axis_type == 4;
        at::Tensor along = at::zeros_like(pixels);
        for (std::int64_t row = 0; row < image.height; ++row)
            along[row].copy_(rows_->plainProduct(pixels[row], channel));
        const at::Tensor& second = product ? along : pixels;
        at::Tensor y = at::zeros_like(pixels);
        for (std::int64_t column = 0; column < image.width; ++column)
            y.select(1, column).copy_(columns_->plainProduct(second.select(1, column).contiguous(), channel));
        return (product ? y * 2 : y + along).flatten();
    }

    OperatorCost cost(std::int64_t batch, std::int64_t n) const override
    {
        const Image image = imageOf(n);
        const OperatorCost row = rows_->cost(batch * image.height, image.width);
        const OperatorCost column = columns_->cost(batch * image.width, image.height);
        return {row.operations + column.operations, row.bytes + column.bytes};
    }

    std::string describe(std::int64_t n) const override
    {
        const Image image = imageOf(n);
        return fmt::format("{} x {}, {}: {}", image.height, image.width,
                           request_.mixer.two_axis_type == 4 ? "rows and columns in turn" : "rows plus columns",
                           rows_->describe(image.width));
    }

    std::vector<Axis> axes(std::int64_t n) override
    {
        const Image image = imageOf(n);
        return {{"row", rows_.get(), image.width}, {"column", columns_.get(), image.height}};
    }

    std::string partName() const override { return {}; }

    static Image shapeOf(const OperatorRequest& request, std::int64_t n)
    {
        if (request.height > 0)
            return {request.height, request.width};
        const auto height = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
        return {height, n / std::max<std::int64_t>(height, 1)};
    }

private:
    Image imageOf(std::int64_t n) const
    {
        const Image image = shapeOf(request_, n);
        TORCH_CHECK(image.height * image.width == n, "an image of ", image.height, " x ", image.width, " has not ", n,
                    " positions");
        return image;
    }

    OperatorRequest request_;
    std::unique_ptr<ToeplitzOperator> rows_, columns_;
};

} // namespace

Result<std::unique_ptr<ToeplitzOperator>> makeAxialOperator(const OperatorKind& kind, const OperatorRequest& request,
                                                            Initializer& initial)
{
    const Image image = Axial::shapeOf(request, request.length);
    if (image.height * image.width != request.length)
        return fail("mixer.axes is 2, but {} positions are no image of {} x {}. Use mixer.axes=1 or images.",
                    request.length, image.height, image.width);
    if (request.mixer.two_axis_type != 4 && request.mixer.two_axis_type != 6)
        return fail("mixer.two_axis_type is {}: it must be 4 (both axes in turn) or 6 (their sum).",
                    request.mixer.two_axis_type);
    OperatorRequest row = request;
    row.mixer.axes = 1;
    row.length = image.width;
    OperatorRequest column = row;
    column.length = image.height;
    for (const OperatorRequest& one : {row, column})
        if (const std::string problem = kind.problem(one); !problem.empty())
            return fail("{}", problem);
    auto rows = kind.make(row, initial);
    auto columns = kind.make(column, initial);
    return std::make_unique<Axial>(request, std::move(rows), std::move(columns));
}

} // namespace toeplab::core
