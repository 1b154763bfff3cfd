// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/survey_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

/// Whatever the rules. Empty: it is up to them.
std::string whyKept(const TensorInfo& tensor) {
  if (!tensor.isReadable()) return "cannot be read";
  if (tensor.packing) return "quantized already";
  if (tensor.type->name != "BF16" && !tensor.type->name.starts_with('F')) return "no floating-point numbers";
  if (tensor.elements == 0) return "empty";
  if (tensor.shape.size() < 2) return "a vector";
  return {};
}

/// Empty: they do not keep it.
std::string whyKeptBy(const RecipeRules& rules, const RecipeTensor& tensor) {
  if (std::ranges::find(rules.keptRoles, tensor.place.role) != rules.keptRoles.end())
    return fmt::format("{}, by its role", titleOf(tensor.place.role));
  const bool isNamed = std::ranges::any_of(
      rules.keptNames, [&](const std::string& pattern) { return matchesGlob(pattern, tensor.name); });
  if (isNamed) return "asked for";
  return rules.target ? rules.target->leaves(tensor) : "";
}

}  // namespace

std::size_t KnownSurvey::asked() const {
  const auto schemes = static_cast<std::size_t>(std::ranges::count_if(survey.schemes, &SchemeChoice::scheme));
  std::size_t tensors = 0;
  for (std::size_t i = 0; i < survey.tensors.size(); ++i)
    tensors += survey.tensors[i].kept.empty() || !survey.tensors[i].refused.empty() ? 1 : 0;
  return tensors * schemes;
}

std::size_t KnownSurvey::missing() const {
  std::size_t pairs = 0;
  for (const auto& schemes : unknown) pairs += schemes.size();
  return pairs;
}

std::vector<bool> KnownSurvey::areWhole() const {
  std::vector<bool> areWhole(survey.schemes.size(), true);
  for (const auto& schemes : unknown)
    for (const std::size_t scheme : schemes) areWhole[scheme] = false;
  return areWhole;
}

RecipeSurvey KnownSurvey::whole() const {
  const std::vector<bool> isWhole = areWhole();
  bool isAnyAsked = false;
  bool isAnyWhole = false;
  for (std::size_t i = 0; i < isWhole.size(); ++i) {
    isAnyAsked = isAnyAsked || survey.schemes[i].scheme;
    isAnyWhole = isAnyWhole || (survey.schemes[i].scheme && isWhole[i]);
  }
  const bool isEmpty = isAnyAsked && !isAnyWhole;
  RecipeSurvey all = survey;
  for (RecipeTensor& tensor : all.tensors) {
    std::erase_if(tensor.options, [&](const RecipeOption& option) { return isEmpty || !isWhole[option.scheme]; });
    if (tensor.options.empty() && tensor.kept.empty()) tensor.kept = "no scheme fits";
  }
  return all;
}

SurveyMemory::SurveyMemory(const Checkpoint& checkpoint, const Calibration* calibration)
    : m_checkpoint(checkpoint), m_calibration(calibration), m_known(checkpoint.tensors.size()) {}

void SurveyMemory::list() const {
  if (!m_tensors.empty()) return;
  const ModelDescription model = m_checkpoint.model.value_or(ModelDescription{});
  for (std::size_t i = 0; i < m_checkpoint.tensors.size(); ++i) {
    const TensorInfo& info = m_checkpoint.tensors[i];
    if (info.partOf || info.sharesWith) continue;  // stored once, with what it is part of or shares with
    m_tensors.push_back({.tensor = i,
                         .name = info.name,
                         .storedType = info.storedType,
                         .shape = info.shape,
                         .elements = info.elements,
                         .storedBits = info.bytes * 8,
                         .place = roleOf(info.name, model),
                         .kept = whyKept(info)});
  }
}

KnownSurvey SurveyMemory::recall(std::vector<SchemeChoice> schemes, const RecipeRules& rules) const {
  const std::scoped_lock lock(m_mutex);
  list();
  std::vector<std::size_t> indices;
  for (const SchemeChoice& scheme : schemes)
    indices.push_back(static_cast<std::size_t>(std::ranges::find(m_schemes, scheme) - m_schemes.begin()));
  KnownSurvey known{.survey = {.schemes = std::move(schemes),
                               .tensors = m_tensors,
                               .isSynthetic = m_calibration && m_calibration->isSynthetic()},
                    .unknown = {}};
  known.unknown.resize(m_tensors.size());
  for (std::size_t i = 0; i < m_tensors.size(); ++i) {
    RecipeTensor& tensor = known.survey.tensors[i];
    if (tensor.kept.empty()) tensor.kept = whyKeptBy(rules, tensor);
    if (tensor.kept.empty()) recall(tensor, known.unknown[i], known.survey.schemes, indices);
  }
  return known;
}

void SurveyMemory::recall(RecipeTensor& tensor, std::vector<std::size_t>& unknown,
                          std::span<const SchemeChoice> schemes, std::span<const std::size_t> indices) const {
  const Known& known = m_known[tensor.tensor];
  tensor.kept = known.unreadable;
  if (!tensor.kept.empty()) return;
  tensor.isWeighted = known.isWeighted;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (!schemes[i].scheme) {
      const double bits = static_cast<double>(tensor.storedBits) / static_cast<double>(tensor.elements);
      tensor.options.push_back({i, bits, tensor.storedBits, 0});
      continue;
    }
    const auto option = std::ranges::find(known.options, indices[i], &RecipeOption::scheme);
    const auto refusal = std::ranges::find(known.refused, indices[i], &Refusal::scheme);
    if (option != known.options.end())
      tensor.options.push_back({i, option->bitsPerWeight, option->bits, option->error});
    else if (refusal != known.refused.end())
      tensor.refused.push_back(fmt::format("{}: {}", textOf(schemes[i]), refusal->sentence));
    else
      unknown.push_back(i);
  }
  if (tensor.options.empty() && unknown.empty()) tensor.kept = "no scheme fits";
}

std::size_t SurveyMemory::indexOf(const SchemeChoice& scheme) {
  const auto found = std::ranges::find(m_schemes, scheme);
  const auto index = static_cast<std::size_t>(found - m_schemes.begin());
  if (found == m_schemes.end()) m_schemes.push_back(scheme);
  return index;
}

void SurveyMemory::keep(std::size_t tensor, const SchemeChoice& scheme, RecipeOption option, bool isWeighted) {
  const std::scoped_lock lock(m_mutex);
  option.scheme = indexOf(scheme);
  m_known[tensor].options.push_back(option);
  m_known[tensor].isWeighted = isWeighted;
}

void SurveyMemory::keepRefusal(std::size_t tensor, const SchemeChoice& scheme, std::string sentence) {
  const std::scoped_lock lock(m_mutex);
  m_known[tensor].refused.push_back({indexOf(scheme), std::move(sentence)});
}

void SurveyMemory::keepUnreadable(std::size_t tensor, std::string sentence) {
  const std::scoped_lock lock(m_mutex);
  m_known[tensor].unreadable = std::move(sentence);
}

void SurveyMemory::forget() {
  const std::scoped_lock lock(m_mutex);
  m_schemes.clear();
  m_known.assign(m_known.size(), {});
}

}  // namespace ulpscope
