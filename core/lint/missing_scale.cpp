// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

/// Codes that mean nothing without a scale, where others of their kind have one.
bool holdsCodes(const TensorInfo& tensor) {
  return tensor.type && tensor.shape.size() > 1 &&
         (tensor.type->name.starts_with("F8_E4M3") || tensor.type->name.starts_with("F8_E5M2") ||
          tensor.type->name == "I8");
}

bool isKnownMethod(std::string_view method) {
  return std::ranges::any_of(packedConventions(), [&](const PackedConvention* convention) {
    return std::ranges::find(convention->methods(), method) != convention->methods().end();
  });
}

class MissingScale final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    const std::vector<TensorInfo>& tensors = run.checkpoint.tensors;
    const bool anyPacked =
        std::ranges::any_of(tensors, [](const TensorInfo& tensor) { return tensor.partOf || tensor.packing; });
    const std::string method = run.config.text("quantization_config/quant_method").value_or("");
    // Packings that are only named leave a remark on each part.
    const bool anyRemark =
        std::ranges::any_of(tensors, [](const TensorInfo& tensor) { return !tensor.remark.empty(); });
    if (!anyPacked && !anyRemark && !tensors.empty() && isKnownMethod(method))
      run.add({.severity = Severity::Error,
               .message = fmt::format("The config says that weights are quantized by {}, but none of the tensors that "
                                      "these are kept in was found.",
                                      inQuotes(method)),
               .weight = static_cast<double>(run.checkpoint.totalElements())});
    findBareCodes(run);
    return {};
  }

 private:
  static void findBareCodes(LintRun& run) {
    const std::vector<TensorInfo>& tensors = run.checkpoint.tensors;
    std::uint64_t scaled = 0;
    Gathered bare;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (!holdsCodes(tensors[i]) || tensors[i].packing || !tensors[i].remark.empty()) continue;
      if (tensors[i].partOf)
        ++scaled;
      else if (const auto leaf = leafOf(tensors[i].name);
               leaf.find("scale") == leaf.npos && leaf.find("zero") == leaf.npos)
        bare.add(i, static_cast<double>(tensors[i].elements));
    }
    if (scaled > 0)
      bare.report(run, Severity::Error,
                  fmt::format("It holds 8-bit codes, but no scale was found that makes weights of them, as {} of this "
                              "checkpoint {}",
                              counted(scaled, "other"), scaled == 1 ? "has" : "have"));
  }
};

}  // namespace

const LintRule& missing_scale_entry() {
  static const LintRule rule{"missing_scale", "Quantized weights without their scales",
                             "Codes read as weights are wrong by their scale: the scales were lost, renamed or left in "
                             "another shard.",
                             false, makeCheck<MissingScale>};
  return rule;
}

}  // namespace ulpscope
