// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe_survey.h"

#include <cmath>

#include "core/analysis/overview.h"
#include "core/quantization/known_layer.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

/// What of the numbers is lost; NaN where there is nothing to measure.
double relativeError(const SchemeComparison& line) {
  if (line.weightedError) return line.weightedError->relative;
  return line.metrics.relativeRmse * line.metrics.relativeRmse;
}

/// Puts what is measured into a memory.
class Survey {
 public:
  Survey(SurveyMemory& memory, const Backend& backend, const JobContext& job)
      : m_memory(memory),
        m_checkpoint(memory.checkpoint()),
        m_calibration(memory.calibration()),
        m_backend(backend),
        m_job(job) {}

  /// Precondition: all schemes are there.
  Result<> measure(const RecipeTensor& tensor, std::span<const SchemeChoice> schemes) const {
    const auto source = m_checkpoint.source(tensor.tensor);
    const auto loaded = source ? loadTensor(*source, m_backend, m_job) : tl::unexpected(source.error());
    if (!loaded && concernsOneTensor(loaded.error().code)) {
      m_memory.keepUnreadable(tensor.tensor, loaded.error().message);
      return {};
    }
    if (!loaded) return tl::unexpected(loaded.error());
    const auto layer = knownLayer(m_calibration, m_checkpoint, tensor.tensor, siblingsFor(schemes), m_backend, m_job);
    if (!layer) return tl::unexpected(layer.error());
    const std::vector<MatrixView> beside = layer->siblings.views();
    const SchemeInput input(loaded->view(), layer->given(), beside);
    const auto keep = [&, choice = schemes.begin()](const SchemeComparison& line) mutable {
      add(tensor, *choice++, line);
    };
    const auto lines = compareSchemes(schemes, input, m_backend, {m_job.stop, nullptr}, keep);
    if (!lines) return tl::unexpected(lines.error());
    return {};
  }

 private:
  void add(const RecipeTensor& tensor, const SchemeChoice& choice, const SchemeComparison& line) const {
    if (!line.error.empty()) return m_memory.keepRefusal(tensor.tensor, choice, line.error);
    const double error = relativeError(line);
    if (!std::isfinite(error) || line.metrics.excluded != 0)
      return m_memory.keepRefusal(tensor.tensor, choice, "no error to measure");
    const auto bits =
        static_cast<std::uint64_t>(std::llround(line.bitsPerWeight * static_cast<double>(tensor.elements)));
    m_memory.keep(tensor.tensor, choice, {0, line.bitsPerWeight, bits, error},
                  /*isWeighted=*/line.weightedError.has_value());
  }

  SurveyMemory& m_memory;
  const Checkpoint& m_checkpoint;
  const Calibration* m_calibration;
  const Backend& m_backend;
  const JobContext& m_job;
};

}  // namespace

Result<RecipeSurvey> surveyForRecipe(SurveyMemory& memory, const std::vector<SchemeChoice>& schemes,
                                     const RecipeRules& rules, const Backend& backend, const JobContext& job) {
  const KnownSurvey known = memory.recall(schemes, rules);
  const Checkpoint& checkpoint = memory.checkpoint();
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < known.unknown.size(); ++i) {
    const TensorInfo& info = checkpoint.tensors[known.survey.tensors[i].tensor];
    if (!known.unknown[i].empty()) bytes += byteSize(*info.type, info.elements).value_or(0);
  }
  job.expect(bytes);
  const Survey survey(memory, backend, job);
  for (std::size_t i = 0; i < known.unknown.size(); ++i) {
    std::vector<SchemeChoice> missing;
    for (const std::size_t scheme : known.unknown[i]) missing.push_back(known.survey.schemes[scheme]);
    if (missing.empty()) continue;
    if (auto measured = survey.measure(known.survey.tensors[i], missing); !measured)
      return tl::unexpected(measured.error());
  }
  if (auto same = checkpoint.verifyUnchanged(); !same) {
    memory.forget();
    return tl::unexpected(same.error());
  }
  return memory.recall(schemes, rules).survey;
}

Result<RecipeSurvey> surveyForRecipe(const Checkpoint& checkpoint, const std::vector<SchemeChoice>& schemes,
                                     const RecipeRules& rules, const Calibration* calibration, const Backend& backend,
                                     const JobContext& job) {
  SurveyMemory memory(checkpoint, calibration);
  return surveyForRecipe(memory, schemes, rules, backend, job);
}

}  // namespace ulpscope
