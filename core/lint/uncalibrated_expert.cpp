// SPDX-License-Identifier: Apache-2.0
//
// Scales of activations are measured while data flow through the model. An expert that no token reached has none, or
// the 1 it began with (ModelOpt #1354, GPTQModel #1680).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_values.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 2> kInputScales{"input_scale", "input_global_scale"};
constexpr std::size_t kNamed = 8;  ///< experts that a sentence lists

/// One projection of all experts of a layer.
struct Experts {
  std::map<std::uint64_t, std::size_t> weights, scales;  ///< tensors by number of the expert
};

class UncalibratedExpert final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    std::map<std::string, Experts> projections;
    for (std::size_t i = 0; i < run.checkpoint.tensors.size(); ++i) {
      const std::string& name = run.checkpoint.tensors[i].name;
      const auto pattern = expertPattern(name, run.places[i]);
      if (!pattern) continue;
      const std::string_view leaf = leafOf(name);
      const std::string base = pattern->substr(0, pattern->size() - leaf.size());
      if (leaf == "weight")
        projections[base].weights.emplace(*run.places[i].expert, i);
      else if (std::ranges::find(kInputScales, leaf) != kInputScales.end())
        projections[base].scales.emplace(*run.places[i].expert, i);
    }
    for (const auto& [base, experts] : projections)
      if (auto done = judge(run, experts); !done) return done;
    return {};
  }

 private:
  static Result<> judge(LintRun& run, const Experts& experts) {
    std::vector<std::uint64_t> missing, unchanged;
    for (const auto& [expert, weight] : experts.weights)
      if (!experts.scales.contains(expert)) missing.push_back(expert);
    if (run.readsValues)
      for (const auto& [expert, tensor] : experts.scales) {
        const auto isUnchanged = holdsOne(run, tensor);
        if (!isUnchanged) return tl::unexpected(isUnchanged.error());
        if (*isUnchanged) unchanged.push_back(expert);
      }
    // Where most have none, or the same, it is how this model is.
    const std::size_t all = missing.size() + experts.scales.size();
    if ((missing.size() + unchanged.size()) * 2 >= all) return {};
    report(run, missing, experts.weights, all, "no input scale");
    report(run, unchanged, experts.scales, all, "an input scale of exactly 1, as before any data were seen");
    return {};
  }

  static Result<bool> holdsOne(const LintRun& run, std::size_t tensor) {
    const TensorInfo& info = run.checkpoint.tensors[tensor];
    if (!holdsReals(info) || info.elements != 1) return false;
    const auto source = run.checkpoint.source(tensor);
    if (!source) return false;  // of a damaged file
    const auto value = readScalar(*source);
    if (!value && !concernsOneTensor(value.error().code)) return tl::unexpected(value.error());
    return value && *value == 1;
  }

  static void report(LintRun& run, const std::vector<std::uint64_t>& experts,
                     const std::map<std::uint64_t, std::size_t>& tensors, std::size_t all, std::string_view what) {
    if (experts.empty()) return;
    const std::span<const std::uint64_t> named(experts.data(), std::min(experts.size(), kNamed));
    run.add({.severity = Severity::Warning,
             .tensor = tensors.at(experts.front()),
             .message = fmt::format("{} of {} of this layer {} {}: {}{}.", groupedDigits(experts.size()),
                                    counted(all, "expert"), experts.size() == 1 ? "has" : "have", what,
                                    fmt::join(named, ", "), experts.size() > kNamed ? " and others" : ""),
             .weight = 1 + static_cast<double>(experts.size()) / static_cast<double>(all)});
  }
};

}  // namespace

const LintRule& uncalibrated_expert_entry() {
  static const LintRule rule{
      "uncalibrated_expert", "Experts that calibration did not reach",
      "Their activations are quantized with a scale that was never measured: calibrate with more "
      "data, or with all experts routed to.",
      false, makeCheck<UncalibratedExpert>};
  return rule;
}

}  // namespace ulpscope
