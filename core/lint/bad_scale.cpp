// SPDX-License-Identifier: Apache-2.0
//
// The scales of packed weights: parts of a float type whose name says "scale", "absmax" or "SCB", and E8M0 codes in U8.
#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

enum class ScaleKind : std::uint8_t { None, Number, Exponent };

ScaleKind kindOf(const TensorInfo& part, const Packing& packing) {
  const std::string_view leaf = leafOf(part.name);
  const bool named = leaf.find("scale") != leaf.npos || leaf.find("absmax") != leaf.npos || leaf == "SCB";
  if (!named || !part.isReadable()) return ScaleKind::None;
  if (holdsReals(part)) return ScaleKind::Number;
  const bool exponents = packing.id == "mxfp4" || packing.id == "fp4_blocks" || packing.id == "scaled";
  return exponents && part.type->name == "U8" ? ScaleKind::Exponent : ScaleKind::None;
}

/// Elements of one kind, and the first of them.
struct Counted {
  std::uint64_t count = 0, first = 0;
  void add(std::uint64_t element) {
    if (count++ == 0) first = element;
  }
};

struct BadScales {
  Counted notFinite, negative, zero;
};

Result<BadScales> badScalesOf(const TensorSource& source, ScaleKind kind, const JobContext& job) {
  BadScales bad;
  const auto read = visitElements(source, job, [&](std::uint64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      if (kind == ScaleKind::Exponent ? value == 255 : !std::isfinite(value))
        bad.notFinite.add(first + i);
      else if (kind == ScaleKind::Number && value < 0)
        bad.negative.add(first + i);
      else if (kind == ScaleKind::Number && value == 0)
        bad.zero.add(first + i);
    }
  });
  if (!read) return tl::unexpected(read.error());
  return bad;
}

class BadScale final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    if (!tensor.info.packing) return {};
    for (const std::size_t part : tensor.info.packing->parts) {
      const TensorInfo& info = run.checkpoint.tensors[part];
      const ScaleKind kind = kindOf(info, *tensor.info.packing);
      if (kind == ScaleKind::None) continue;
      const auto source = run.checkpoint.source(part);
      if (!source) return tl::unexpected(source.error());
      auto bad = badScalesOf(*source, kind, run.job);
      if (!bad) return tl::unexpected(bad.error());
      // AWQ's "gemv" layouts pad the scales with zeros.
      if (tensor.info.packing->title.starts_with("AWQ gemv")) bad->zero = {};
      report(run, tensor, part, bad->notFinite, Severity::Error, "NaN or infinite");
      report(run, tensor, part, bad->negative, Severity::Warning, "negative");
      report(run, tensor, part, bad->zero, Severity::Warning, "zero");
    }
    return {};
  }

 private:
  static void report(LintRun& run, const LintedTensor& tensor, std::size_t part, const Counted& found,
                     Severity severity, std::string_view what) {
    if (found.count == 0) return;
    const TensorInfo& info = run.checkpoint.tensors[part];
    const double share = static_cast<double>(found.count) / static_cast<double>(info.elements);
    run.add({.severity = severity,
             .tensor = part,
             .element = found.first,
             .message = fmt::format("{} of {} {} {}; the first is {}.", groupedDigits(found.count),
                                    counted(info.elements, "scale"), found.count == 1 ? "is" : "are", what,
                                    placeOf(info, found.first)),
             .weight = severity == Severity::Error ? share * static_cast<double>(tensor.info.elements) : 1 + share});
  }
};

}  // namespace

const LintRule& bad_scale_entry() {
  static const LintRule rule{"bad_scale", "Scales that are NaN, infinite, negative or zero",
                             "All weights under such a scale are lost or turned: quantize that tensor again, with "
                             "blocks of zeros given a scale of their own.",
                             true, makeCheck<BadScale>};
  return rule;
}

}  // namespace ulpscope
