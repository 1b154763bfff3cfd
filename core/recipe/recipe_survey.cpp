// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/quantization/known_layer.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

/// Empty: they do not keep it.
std::string whyKeptBy(const RecipeRules& rules, std::string_view name, TensorRole role) {
  if (std::ranges::find(rules.keptRoles, role) != rules.keptRoles.end())
    return fmt::format("{}, by its role", titleOf(role));
  const bool isNamed =
      std::ranges::any_of(rules.keptNames, [&](const std::string& pattern) { return matchesGlob(pattern, name); });
  return isNamed ? "asked for" : "";
}

std::string whyKept(const TensorInfo& tensor, const TensorPlace& place, const RecipeRules& rules) {
  if (!tensor.isReadable()) return "cannot be read";
  if (tensor.packing) return "quantized already";
  if (tensor.type->name != "BF16" && !tensor.type->name.starts_with('F')) return "no floating-point numbers";
  if (tensor.elements == 0) return "empty";
  if (tensor.shape.size() < 2) return "a vector";
  return whyKeptBy(rules, tensor.name, place.role);
}

/// What of the numbers is lost; NaN where there is nothing to measure.
double relativeError(const SchemeComparison& line) {
  if (line.weightedError) return line.weightedError->relative;
  return line.metrics.relativeRmse * line.metrics.relativeRmse;
}

class Survey {
 public:
  Survey(const Checkpoint& checkpoint, const Calibration* calibration, const Backend& backend, const JobContext& job,
         RecipeSurvey& survey)
      : m_checkpoint(checkpoint), m_calibration(calibration), m_backend(backend), m_job(job), m_survey(survey) {}

  Result<> measure(RecipeTensor& tensor) const {
    const auto source = m_checkpoint.source(tensor.tensor);
    const auto loaded = source ? loadTensor(*source, m_backend, m_job) : tl::unexpected(source.error());
    if (!loaded && concernsOneTensor(loaded.error().code)) {
      tensor.kept = loaded.error().message;
      return {};
    }
    if (!loaded) return tl::unexpected(loaded.error());
    std::vector<SchemeChoice> choices;
    std::ranges::copy_if(m_survey.schemes, std::back_inserter(choices), &SchemeChoice::scheme);
    const auto layer = knownLayer(m_calibration, m_checkpoint, tensor.tensor, siblingsFor(choices), m_backend, m_job);
    if (!layer) return tl::unexpected(layer.error());
    tensor.isWeighted = layer->inputs.has_value();
    const std::vector<MatrixView> beside = layer->siblings.views();
    const SchemeInput input(loaded->view(), layer->given(), beside);
    const auto lines = compareSchemes(choices, input, m_backend, {m_job.stop, nullptr});
    if (!lines) return tl::unexpected(lines.error());
    auto line = lines->begin();
    for (std::size_t scheme = 0; scheme < m_survey.schemes.size(); ++scheme) {
      if (m_survey.schemes[scheme].scheme)
        add(tensor, scheme, *line++);
      else
        addAsStored(tensor, scheme);
    }
    if (tensor.options.empty()) tensor.kept = "no scheme fits";
    return {};
  }

 private:
  static void addAsStored(RecipeTensor& tensor, std::size_t scheme) {
    const double bits = static_cast<double>(tensor.storedBits) / static_cast<double>(tensor.elements);
    tensor.options.push_back({scheme, bits, tensor.storedBits, 0});
  }

  void add(RecipeTensor& tensor, std::size_t scheme, const SchemeComparison& line) const {
    if (!line.error.empty()) {
      tensor.refused.push_back(fmt::format("{}: {}", textOf(m_survey.schemes[scheme]), line.error));
      return;
    }
    const double error = relativeError(line);
    if (!std::isfinite(error) || line.metrics.excluded != 0) {
      tensor.refused.push_back(fmt::format("{}: no error to measure", textOf(m_survey.schemes[scheme])));
      return;
    }
    const auto bits =
        static_cast<std::uint64_t>(std::llround(line.bitsPerWeight * static_cast<double>(tensor.elements)));
    tensor.options.push_back({scheme, line.bitsPerWeight, bits, error});
  }

  const Checkpoint& m_checkpoint;
  const Calibration* m_calibration;
  const Backend& m_backend;
  const JobContext& m_job;
  RecipeSurvey& m_survey;
};

}  // namespace

Result<RecipeSurvey> surveyForRecipe(const Checkpoint& checkpoint, std::vector<SchemeChoice> schemes,
                                     const RecipeRules& rules, const Calibration* calibration, const Backend& backend,
                                     const JobContext& job, const std::function<void(const RecipeTensor&)>& each) {
  RecipeSurvey survey{
      .schemes = std::move(schemes), .tensors = {}, .isSynthetic = calibration && calibration->isSynthetic()};
  const ModelDescription model = checkpoint.model.value_or(ModelDescription{});
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& info = checkpoint.tensors[i];
    if (info.partOf || info.sharesWith) continue;  // stored once, with what it is part of or shares with
    const TensorPlace place = roleOf(info.name, model);
    RecipeTensor& tensor = survey.tensors.emplace_back(RecipeTensor{.tensor = i,
                                                                    .name = info.name,
                                                                    .storedType = info.storedType,
                                                                    .shape = info.shape,
                                                                    .elements = info.elements,
                                                                    .storedBits = info.bytes * 8,
                                                                    .place = place,
                                                                    .kept = whyKept(info, place, rules)});
    if (tensor.kept.empty()) bytes += byteSize(*info.type, info.elements).value_or(0);
  }
  job.expect(bytes);
  const Survey measuring(checkpoint, calibration, backend, job, survey);
  for (RecipeTensor& tensor : survey.tensors) {
    if (!tensor.kept.empty()) continue;
    if (auto measured = measuring.measure(tensor); !measured) return tl::unexpected(measured.error());
    if (each) each(tensor);
  }
  if (auto same = checkpoint.verifyUnchanged(); !same) return tl::unexpected(same.error());
  return survey;
}

RecipeSurvey narrowedTo(const RecipeSurvey& survey, std::span<const SchemeChoice> schemes, const RecipeRules& rules) {
  RecipeSurvey narrowed = survey;
  for (RecipeTensor& tensor : narrowed.tensors) {
    if (tensor.options.empty()) continue;
    std::erase_if(tensor.options, [&](const RecipeOption& option) {
      return std::ranges::find(schemes, survey.schemes[option.scheme]) == schemes.end();
    });
    tensor.kept = whyKeptBy(rules, tensor.name, tensor.place.role);
    if (!tensor.kept.empty())
      tensor.options.clear();
    else if (tensor.options.empty())
      tensor.kept = "no scheme fits";
  }
  return narrowed;
}

bool coversAll(const RecipeSurvey& survey, const RecipeRules& measured, std::span<const SchemeChoice> schemes,
               const RecipeRules& rules) {
  const bool hasSchemes = std::ranges::all_of(schemes, [&](const SchemeChoice& choice) {
    return std::ranges::find(survey.schemes, choice) != survey.schemes.end();
  });
  return hasSchemes && std::ranges::all_of(survey.tensors, [&](const RecipeTensor& tensor) {
           const std::string reason = whyKeptBy(measured, tensor.name, tensor.place.role);
           return reason.empty() || tensor.kept != reason || !whyKeptBy(rules, tensor.name, tensor.place.role).empty();
         });
}

}  // namespace ulpscope
