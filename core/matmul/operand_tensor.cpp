// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/operand_tensor.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// Whether a row of the tensor is a row of A or a column of B, which run along K.
bool isAlongRows(OperandView view) { return (view.side == OperandSide::A) != view.isTransposed; }

/// The upper left corner of the tensor.
Result<DenseMatrix> readCorner(const TensorSource& source, std::uint64_t rows, std::uint64_t columns,
                               const JobContext& job) {
  const std::uint64_t stride = source.matrix().columns;
  const std::uint64_t elements = source.info().elements;
  DenseMatrix corner{rows, columns, std::vector<double>(rows * columns)};
  // Reads begin and end at byte borders, as rows of 4-bit elements need not do.
  std::vector<double> row(columns + 16);
  for (std::uint64_t r = 0; r < rows; ++r) {
    const std::uint64_t first = r * stride;
    const std::uint64_t begin = first / 8 * 8;
    const std::uint64_t end = std::min((first + columns + 7) / 8 * 8, elements);
    const auto read = source.readDoubles(begin, std::span(row).first(end - begin));
    if (!read) return tl::unexpected(read.error());
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(first - begin), columns,
                corner.values.begin() + static_cast<std::ptrdiff_t>(r * columns));
    if (auto step = job.step((end - begin) * source.size() / elements); !step) return tl::unexpected(step.error());
  }
  return corner;
}

}  // namespace

OperandExtent operandExtent(const TensorInfo& tensor, OperandView view) {
  const MatrixShape shape = matrixShape(tensor.shape);
  return isAlongRows(view) ? OperandExtent{shape.rows, shape.columns} : OperandExtent{shape.columns, shape.rows};
}

Result<> checkSameK(const OperandExtent& a, const OperandExtent& b) {
  if (a.k == b.k) return {};
  std::string remedy;
  if (a.k == b.vectors)
    remedy = "; B transposed would fit";
  else if (a.vectors == b.k)
    remedy = "; A transposed would fit";
  else if (a.vectors == b.vectors)
    remedy = "; both transposed would fit";
  return fail(Errc::Usage,
              fmt::format("A and B of the same K expected, found {} (A is {} x {}) and {} (B is {} x {}){}", a.k,
                          a.vectors, a.k, b.k, b.k, b.vectors, remedy));
}

Result<DenseMatrix> readOperand(const TensorSource& source, OperandView view, std::uint64_t most,
                                const JobContext& job) {
  const OperandExtent extent = operandExtent(source.info(), view);
  const std::string& name = source.info().name;
  if (source.info().elements == 0) return fail(Errc::Usage, "an operand with elements expected, found none", name);
  const std::uint64_t vectors = most == 0 ? extent.vectors : std::min(most, extent.vectors);
  if (extent.k > kMostOperandElements / vectors)
    return fail(Errc::LimitExceeded,
                fmt::format("an operand of at most {} elements expected, found {} times K, {}",
                            groupedDigits(kMostOperandElements), groupedDigits(vectors), groupedDigits(extent.k)),
                name);
  if (isAlongRows(view)) return readCorner(source, vectors, extent.k, job);
  return readCorner(source, extent.k, vectors, job).map(transposed);
}

}  // namespace ulpscope
