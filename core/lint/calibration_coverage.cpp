// SPDX-License-Identifier: Apache-2.0
//
// Importance data and recorded inputs that do not cover the checkpoint: a quantizer that is given them rounds what is
// missing as if every column mattered alike, or fails at the end of a long run (llama.cpp #23575: whole blocks without
// data; GPTQModel #1680: experts that no token reached).
#include "core/calibration/calibration_coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/calibration/calibration.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr std::size_t kNamed = 8;  ///< experts and layers that a sentence lists

bool isLinear(const TensorPlace& place) {
  using enum TensorRole;
  constexpr std::array kRoles{Query, Key, Value, QueryKeyValue, KeyValue, AttentionOutput, Gate, Up, GateUp, Down};
  return !place.bias && std::ranges::find(kRoles, place.role) != kRoles.end();
}

std::string listed(const std::vector<std::string>& names) {
  const std::span<const std::string> first(names.data(), std::min(names.size(), kNamed));
  return fmt::format("{}{}", fmt::join(first, ", "), names.size() > kNamed ? " and others" : "");
}

class CalibrationCoverage final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    if (!run.calibration || run.calibration->isSynthetic()) return {};
    for (std::size_t i = 0; i < run.checkpoint.tensors.size(); ++i) {
      const TensorInfo& info = run.checkpoint.tensors[i];
      if (info.partOf || info.shape.size() < 2 || run.places[i].transposed) continue;
      const auto layer = run.calibration->layerOf(info.name);
      if (layer) m_used.insert(*layer);
      if (!layer && isLinear(run.places[i])) m_missing.add(i, 1);
      if (layer && run.readsValues)
        if (auto done = judge(run, i, info); !done) return done;
      if (auto going = run.job.step(0); !going) return going;
    }
    m_missing.report(run, Severity::Warning, "The calibration has no inputs of this layer");
    m_unreached.report(run, Severity::Warning, "No input reached this layer");
    reportUnused(run);
    return {};
  }

 private:
  Result<> judge(LintRun& run, std::size_t tensor, const TensorInfo& info) {
    const auto counts = run.calibration->counts(info.name, *run.backend, run.job);
    if (!counts) return tell(run, tensor, counts.error());
    if (counts->size() > 1) {
      reportExperts(run, tensor, *counts);
      return {};
    }
    if (counts->size() == 1 && counts->front() == 0) {
      m_unreached.add(tensor, 1);
      return {};
    }
    const auto layer = run.calibration->layer(info.name, info.shape.back(), *run.backend, run.job);
    if (!layer) return tell(run, tensor, layer.error());
    for (const CoverageGap& gap : coverageGaps(*layer))
      if (gap.kind == CoverageGap::Kind::Unreached)
        m_unreached.add(tensor, 1);
      else
        run.add({.severity = gap.kind == CoverageGap::Kind::ZeroColumns ? Severity::Warning : Severity::Note,
                 .tensor = tensor,
                 .message = fmt::format("In the calibration: {}.", gap.sentence),
                 .weight = gap.weight});
    return {};
  }

  static Result<> tell(LintRun& run, std::size_t tensor, const Error& error) {
    if (!concernsOneTensor(error.code)) return tl::unexpected(error);
    run.add({.severity = Severity::Error,
             .tensor = tensor,
             .message = fmt::format("The calibration does not fit: {}.", error.message),
             .weight = 1});
    return {};
  }

  static void reportExperts(LintRun& run, std::size_t tensor, const std::vector<float>& counts) {
    std::vector<std::string> unreached;
    for (std::size_t expert = 0; expert < counts.size(); ++expert)
      if (counts[expert] == 0) unreached.push_back(std::to_string(expert));
    if (unreached.empty()) return;
    run.add({.severity = Severity::Warning,
             .tensor = tensor,
             .message = fmt::format("No input reached {} of {}: {}.", groupedDigits(unreached.size()),
                                    counted(counts.size(), "expert"), listed(unreached)),
             .weight = 1 + static_cast<double>(unreached.size()) / static_cast<double>(counts.size())});
  }

  void reportUnused(LintRun& run) const {
    std::vector<std::string> unused;
    for (const std::string& layer : run.calibration->layers())
      if (!m_used.contains(layer)) unused.push_back(inQuotes(layer));
    if (unused.empty()) return;
    run.add({.severity = Severity::Note,
             .message = fmt::format("The calibration speaks of {} that this checkpoint does not have: {}.",
                                    counted(unused.size(), "layer"), listed(unused)),
             .weight = static_cast<double>(unused.size())});
  }

  std::set<std::string> m_used;
  Gathered m_missing, m_unreached;
};

}  // namespace

const LintRule& calibration_coverage_entry() {
  static const LintRule rule{"calibration_coverage", "Layers that a calibration does not cover",
                             "What is missing is rounded as if all columns mattered alike, and GPTQ sets columns "
                             "without inputs to zero: record "
                             "more inputs, or others, and look at the names.",
                             false, makeCheck<CalibrationCoverage>};
  return rule;
}

}  // namespace ulpscope
