// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/tensor_batches.h"
#include "core/lint/lint_check.h"

namespace ulpscope {

/// Whether its elements are real numbers of some float type, rather than integers, flags or codes.
bool holdsReals(const TensorInfo& tensor);
/// The same with more than one row and more than one column.
bool isRealMatrix(const TensorInfo& tensor);

/// "[3, 17]": where an element is, by the tensor's own dimensions. Precondition: element < tensor.elements.
std::string placeOf(const TensorInfo& tensor, std::uint64_t element);

/// The name with "*" for the component that is its layer, or the number behind "experts": the same for all of its
/// siblings. Nothing if it has none.
std::optional<std::string> layerPattern(std::string_view name, const TensorPlace& place);
std::optional<std::string> expertPattern(std::string_view name, const TensorPlace& place);

/// The last component of a name: "weight_scale" of "model.layers.0.q_proj.weight_scale".
std::string_view leafOf(std::string_view name);

/// The index of the part of a packed weight whose name ends with `ending`.
std::optional<std::size_t> partOf(const Checkpoint& checkpoint, const TensorInfo& weight, std::string_view ending);

/// Calls visit(index of the first, span of const double) over all elements in order.
template <class Visit>
Result<> visitElements(const TensorSource& source, const JobContext& job, Visit visit) {
  std::uint64_t first = 0;
  return inBatchesOfDoubles(source, job, [&](std::span<const double> values) {
    visit(first, values);
    first += values.size();
  });
}

/// What single elements may be of a line (row or column) of `length`, before the line itself is what is strange: 1 % of
/// it, but up to 4 elements, and no more than half of it.
bool areFew(std::uint64_t count, std::uint64_t length);

/// A diagnosis that many tensors share: one finding, at the first of them, that says how many more there are.
class Gathered {
 public:
  void add(std::size_t tensor, double weight);
  bool empty() const { return m_count == 0; }
  /// `sentence` without its full stop, about the first.
  void report(LintRun& run, Severity severity, std::string_view sentence) const;

 private:
  std::size_t m_first = 0;
  std::uint64_t m_count = 0;
  double m_weight = 0;
};

}  // namespace ulpscope
