// SPDX-License-Identifier: Apache-2.0
#include "core/lint/lint_tools.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// `name` with "*" for its first component that is `number`, and stands behind "experts" or does not.
std::optional<std::string> withAsterisk(std::string_view name, std::uint64_t number, bool behindExperts) {
  const std::string digits = std::to_string(number);
  std::string_view before;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find_first_of("./", begin), name.size());
    const std::string_view component = name.substr(begin, end - begin);
    const bool ofExpert = before == "experts" || before == "local_experts";
    if (component == digits && ofExpert == behindExperts)
      return fmt::format("{}*{}", name.substr(0, begin), name.substr(end));
    before = component;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

bool holdsReals(const TensorInfo& tensor) {
  return tensor.isReadable() && (tensor.type->name.starts_with('F') || tensor.type->name == "BF16");
}

bool isRealMatrix(const TensorInfo& tensor) {
  const MatrixShape matrix = matrixShape(tensor.shape);
  return holdsReals(tensor) && matrix.rows > 1 && matrix.columns > 1;
}

std::string placeOf(const TensorInfo& tensor, std::uint64_t element) {
  std::vector<std::uint64_t> place(tensor.shape.size());
  for (std::size_t i = place.size(); i-- > 0;) {
    place[i] = element % tensor.shape[i];
    element /= tensor.shape[i];
  }
  return bracketed(place);
}

std::optional<std::string> layerPattern(std::string_view name, const TensorPlace& place) {
  return place.layer ? withAsterisk(name, *place.layer, false) : std::nullopt;
}

std::optional<std::string> expertPattern(std::string_view name, const TensorPlace& place) {
  return place.expert ? withAsterisk(name, *place.expert, true) : std::nullopt;
}

std::string_view leafOf(std::string_view name) { return name.substr(name.find_last_of("./") + 1); }

std::optional<std::size_t> partOf(const Checkpoint& checkpoint, const TensorInfo& weight, std::string_view ending) {
  if (!weight.packing) return std::nullopt;
  for (const std::size_t part : weight.packing->parts)
    if (checkpoint.tensors[part].name.ends_with(ending)) return part;
  return std::nullopt;
}

bool areFew(std::uint64_t count, std::uint64_t length) {
  return count <= std::max(length / 100, std::min<std::uint64_t>(4, length / 2));
}

void Gathered::add(std::size_t tensor, double weight) {
  if (m_count++ == 0) m_first = tensor;
  m_weight += weight;
}

void Gathered::report(LintRun& run, Severity severity, std::string_view sentence) const {
  if (empty()) return;
  const std::string others =
      m_count > 1 ? fmt::format(" (and {})", counted(m_count - 1, "more tensor")) : std::string();
  run.add(
      {.severity = severity, .tensor = m_first, .message = fmt::format("{}{}.", sentence, others), .weight = m_weight});
}

}  // namespace ulpscope
