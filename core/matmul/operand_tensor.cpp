// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/operand_tensor.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {

Result<DenseMatrix> readOperand(const TensorSource& source, std::uint64_t rows, std::uint64_t columns,
                                const JobContext& job) {
  const MatrixShape shape = source.matrix();
  const std::uint64_t wantedRows = rows == 0 ? shape.rows : std::min(rows, shape.rows);
  const std::uint64_t wantedColumns = columns == 0 ? shape.columns : std::min(columns, shape.columns);
  const std::uint64_t most = wantedRows == 0 ? 0 : kMostOperandElements / wantedRows;
  if (wantedColumns > most)
    return fail(Errc::LimitExceeded,
                fmt::format("an operand of at most {} elements expected, found {} by {}",
                            groupedDigits(kMostOperandElements), wantedRows, wantedColumns),
                source.info().name);
  DenseMatrix operand{wantedRows, wantedColumns, std::vector<double>(wantedRows * wantedColumns)};
  // Reads begin and end at byte borders, as rows of 4-bit elements need not do.
  std::vector<double> row(wantedColumns + 16);
  for (std::uint64_t r = 0; r < wantedRows; ++r) {
    const std::uint64_t first = r * shape.columns;
    const std::uint64_t begin = first / 8 * 8;
    const std::uint64_t end = std::min((first + wantedColumns + 7) / 8 * 8, source.info().elements);
    const auto read = source.readDoubles(begin, std::span(row).first(end - begin));
    if (!read) return tl::unexpected(read.error());
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(first - begin), wantedColumns,
                operand.values.begin() + static_cast<std::ptrdiff_t>(r * wantedColumns));
    if (auto step = job.step((end - begin) * source.size() / std::max<std::uint64_t>(source.info().elements, 1)); !step)
      return tl::unexpected(step.error());
  }
  return operand;
}

}  // namespace ulpscope
