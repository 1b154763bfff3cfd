// SPDX-License-Identifier: Apache-2.0
//
// Siblings are the tensors of one name in all layers, at least 6 with something in them. Of each, the binary logarithms
// of its absolute maximum and of its standard deviation are compared with the siblings' medians: it is unlike them
// where one differs by more than 6 scaled MADs and by at least 2, which is a factor of 4.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/analysis/outliers.h"
#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr std::size_t kFewestSiblings = 6;
constexpr double kOctaves = 2;

struct Sibling {
  std::size_t tensor;
  float logMaximum;
  float logDeviation;
};

struct Measure {
  std::string_view title;
  float Sibling::* value;
};
constexpr Measure kMeasures[] = {{"absolute maximum", &Sibling::logMaximum},
                                 {"standard deviation", &Sibling::logDeviation}};

class UnlikeSiblings final : public LintCheck {
 public:
  Result<> tensor(LintRun&, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    if (!holdsReals(tensor.info) || !(statistics.absMax > 0) || !(statistics.standardDeviation > 0)) return {};
    if (const auto pattern = layerPattern(tensor.info.name, tensor.place))
      m_families[*pattern].push_back({tensor.index, static_cast<float>(std::log2(statistics.absMax)),
                                      static_cast<float>(std::log2(statistics.standardDeviation))});
    return {};
  }

  Result<> end(LintRun& run) override {
    for (const auto& [pattern, siblings] : m_families)
      if (siblings.size() >= kFewestSiblings) compare(run, siblings);
    return {};
  }

 private:
  struct Difference {
    std::string_view title;
    double octaves = 0;
  };

  /// One finding a tensor, of the measure in which it differs more.
  static void compare(LintRun& run, const std::vector<Sibling>& siblings) {
    std::vector<Difference> differences(siblings.size());
    for (const Measure& measure : kMeasures) {
      std::vector<float> values;
      for (const Sibling& sibling : siblings) values.push_back(sibling.*measure.value);
      const Outliers outliers = findOutliers(values);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double octaves = values[i] - outliers.median;
        const double tolerated = std::max(kOctaves, outliers.deviations * outliers.mad);
        if (std::fabs(octaves) >= tolerated && std::fabs(octaves) > std::fabs(differences[i].octaves))
          differences[i] = {measure.title, octaves};
      }
    }
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      const auto [title, octaves] = differences[i];
      if (title.empty()) continue;
      run.add({.severity = Severity::Warning,
               .tensor = siblings[i].tensor,
               .message = fmt::format("Its {} is {:.3g} times the median of the {} tensors of its name in all layers.",
                                      title, std::exp2(octaves), siblings.size()),
               .weight = std::exp2(std::fabs(octaves) - kOctaves)});
    }
  }

  std::map<std::string, std::vector<Sibling>> m_families;
};

}  // namespace

const LintRule& unlike_siblings_entry() {
  static const LintRule rule{"unlike_siblings", "Layers far from the other layers in size",
                             "A layer of another magnitude than its siblings was trained, scaled or converted "
                             "differently, and one setting for all layers will not suit it.",
                             true, makeCheck<UnlikeSiblings>};
  return rule;
}

}  // namespace ulpscope
