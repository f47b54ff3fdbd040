// SPDX-License-Identifier: Apache-2.0
#include "core/operators/axial/axial.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>

#include <fmt/format.h>

#include <cmath>

namespace toeplab::core
{
namespace
{

struct Image {
    std::int64_t height = 0, width = 0;
};

/// (batch, channels, H W) <-> (batch H, channels, W)
at::Tensor toRows(const at::Tensor& x, const Image& image)
{
    return x.view({x.size(0), x.size(1), image.height, image.width})
        .permute({0, 2, 1, 3})
        .reshape({x.size(0) * image.height, x.size(1), image.width})
        .contiguous();
}
at::Tensor fromRows(const at::Tensor& rows, const Image& image)
{
    const std::int64_t batch = rows.size(0) / image.height;
    return rows.view({batch, image.height, rows.size(1), image.width})
        .permute({0, 2, 1, 3})
        .reshape({batch, rows.size(1), image.height * image.width});
}

/// (batch, channels, H W) <-> (batch W, channels, H)
at::Tensor toColumns(const at::Tensor& x, const Image& image)
{
    return x.view({x.size(0), x.size(1), image.height, image.width})
        .permute({0, 3, 1, 2})
        .reshape({x.size(0) * image.width, x.size(1), image.height})
        .contiguous();
}
at::Tensor fromColumns(const at::Tensor& columns, const Image& image)
{
    const std::int64_t batch = columns.size(0) / image.width;
    return columns.view({batch, image.width, columns.size(1), image.height})
        .permute({0, 2, 3, 1})
        .reshape({batch, columns.size(1), image.height * image.width});
}

class AxialMap final : public ToeplitzMap
{
public:
    AxialMap(Image image, bool product, std::shared_ptr<const ToeplitzMap> rows,
             std::shared_ptr<const ToeplitzMap> columns, std::size_t row_operands)
        : image_(image), product_(product), rows_(std::move(rows)), columns_(std::move(columns)),
          row_operands_(row_operands)
    {
    }

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        // Kept: where the row map's values end, the column map's input (product only), then both maps' own values.
        std::vector<at::Tensor> own;
        const at::Tensor along = fromRows(rows_->forward(toRows(x, image_), rowOperands(operands), own), image_);
        const std::size_t row_kept = own.size();
        const at::Tensor second = toColumns(product_ ? along : x, image_);
        at::Tensor y = fromColumns(columns_->forward(second, columnOperands(operands), own), image_).contiguous();
        kept.push_back(at::scalar_tensor(static_cast<std::int64_t>(row_kept), at::kLong));
        kept.push_back(product_ ? second : at::Tensor());
        kept.insert(kept.end(), own.begin(), own.end());
        return product_ ? y.mul_(2) : y.add_(along);
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        const auto row_kept = static_cast<std::size_t>(kept[0].item<std::int64_t>());
        const at::TensorList row_values = kept.slice(2, row_kept);
        const at::TensorList column_values = kept.slice(2 + row_kept);
        const at::Tensor second = product_ ? kept[1] : toColumns(x, image_);
        Gradients columns = columns_->backward(toColumns(product_ ? g * 2 : g, image_), second,
                                               columnOperands(operands), column_values);
        const at::Tensor through = fromColumns(columns.x, image_).contiguous();
        Gradients rows = rows_->backward(toRows(product_ ? through : g, image_), toRows(x, image_),
                                         rowOperands(operands), row_values);
        at::Tensor dx = fromRows(rows.x, image_).contiguous();
        if (!product_)
            dx.add_(through);
        rows.operands.insert(rows.operands.end(), columns.operands.begin(), columns.operands.end());
        return {dx, std::move(rows.operands)};
    }

    std::string algorithm() const override
    {
        return fmt::format("rows {}, columns {}", rows_->algorithm(), columns_->algorithm());
    }

private:
    at::TensorList rowOperands(at::TensorList operands) const { return operands.slice(0, row_operands_); }
    at::TensorList columnOperands(at::TensorList operands) const { return operands.slice(row_operands_); }

    Image image_;
    bool product_;
    std::shared_ptr<const ToeplitzMap> rows_, columns_;
    std::size_t row_operands_;
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
        row_operands_ = out.size();
        for (at::Tensor& operand : columns_->operands(image.height))
            out.push_back(std::move(operand));
        return out;
    }

    std::shared_ptr<const ToeplitzMap> map(std::int64_t n) override
    {
        const Image image = imageOf(n);
        return std::make_shared<AxialMap>(image, request_.mixer.two_axis_type == 4, rows_->map(image.width),
                                          columns_->map(image.height), row_operands_);
    }

    at::Tensor kernel(std::int64_t n) override { return rows_->kernel(imageOf(n).width); }

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
        if (request.height > 0 && request.height * request.width == n)
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
    std::size_t row_operands_ = 1;
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
