// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensor_table.h"

#include <cmath>

#include "core/base/text.h"
#include "widgets/models/tensor_tree_model.h"

namespace ulpscope {
namespace {

void addSummary(std::vector<std::string>& row, const TensorSummary& summary) {
  const Statistics& s = summary.statistics;
  for (const double value : {s.min, s.max, s.absMax, s.mean, s.standardDeviation, s.kurtosis})
    row.push_back(std::isnan(value) ? std::string() : shortest(value));
  for (const std::uint64_t count : {s.kinds.zero, s.kinds.subnormal, s.kinds.nan, s.kinds.positiveInfinity,
                                    s.kinds.negativeInfinity, summary.columns, summary.outlierColumns})
    row.push_back(std::to_string(count));
}

}  // namespace

Table tensorTable(const TensorTreeModel& model) {
  Table table{
      {"tensor", "type", "shape", "role", "elements", "bytes", "min", "max", "absMax", "mean", "standardDeviation",
       "kurtosis", "zero", "subnormal", "nan", "positiveInfinity", "negativeInfinity", "columns", "outlierColumns"},
      {}};
  const TensorIndex* index = model.tensorIndex();
  if (!index) return table;
  for (const TensorGroup::Leaf* leaf : model.rows().leaves) {
    const std::size_t at = leaf->tensor;
    const TensorInfo& tensor = index->checkpoint->tensors[at];
    std::string shape;
    for (const std::uint64_t side : tensor.shape) {
      if (!shape.empty()) shape += 'x';
      shape += std::to_string(side);
    }
    auto& row = table.rows.emplace_back(
        std::vector<std::string>{printable(tensor.name, tensor.name.size() * 8), std::string(typeTitle(tensor)),
                                 std::move(shape), std::string(titleOf(index->filter.placeOf(at).role)),
                                 std::to_string(tensor.elements), std::to_string(tensor.bytes)});
    if (const auto& summary = model.summaries()[at])
      addSummary(row, *summary);
    else
      row.resize(table.header.size());
  }
  return table;
}

}  // namespace ulpscope
